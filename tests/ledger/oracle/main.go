// The oracle of the tests: Go's own implementation of notes and trees (golang.org/x/mod, Debian's
// golang-golang-x-mod-dev) says whether what we make is right. One question a line on the input, one answer a line.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Op, Key, Note, Place string
	Index, Size, Old     int64
	Root, OldRoot, Leaf  []byte
	Proof                [][]byte
	Positions            []int64
}

func main() {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err = json.Unmarshal(line, &asked); err == nil {
			err = answer(asked)
		}
		if err != nil {
			fmt.Println("no:", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("yes")
		}
	}
}

func answer(asked question) error {
	switch asked.Op {
	case "note":
		_, err := open(asked.Key, asked.Note)
		return err
	case "cosignature":
		return cosigned(asked.Key, asked.Note)
	case "inclusion":
		return tlog.CheckRecord(hashes(asked.Proof), asked.Size, hash(asked.Root), asked.Index, tlog.RecordHash(asked.Leaf))
	case "consistency":
		return tlog.CheckTree(hashes(asked.Proof), asked.Size, hash(asked.Root), asked.Old, hash(asked.OldRoot))
	case "log":
		return readLog(asked)
	}
	return errors.New("unknown question")
}

func hash(raw []byte) (found tlog.Hash) {
	copy(found[:], raw)
	return found
}

func hashes(raw [][]byte) (found []tlog.Hash) {
	for _, one := range raw {
		found = append(found, hash(one))
	}
	return found
}

func open(key, text string) (string, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return "", err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return "", err
	}
	return opened.Text, nil
}

// cosigned checks a cosignature/v1 (Ed25519) by its specification, with Go's own note reader around it.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }
func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	message := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...)
	return ed25519.Verify(w.key, message, signature[8:])
}

func cosigned(key, text string) error {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 {
		return errors.New("not a key")
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 || raw[0] != 4 {
		return errors.New("not a witness's key")
	}
	_, err = note.Open([]byte(text), note.VerifierList(witness{parts[0], uint32(id), raw[1:]}))
	return err
}

// tiles reads the published log, from a folder or over HTTP; Go's paths also say the height of tiles.
type tiles struct{ place string }

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := t.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tiles) read(path string) ([]byte, error) {
	if !strings.HasPrefix(t.place, "http") {
		return os.ReadFile(filepath.Join(t.place, path))
	}
	answer, err := http.Get(t.place + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, errors.New(path + ": " + answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// readLog rebuilds proofs from what is published: tiles must lead to the signed root, entries to their tiles.
func readLog(asked question) error {
	from := tiles{asked.Place}
	signed, err := from.read("checkpoint")
	if err != nil {
		return err
	}
	text, err := open(asked.Key, string(signed))
	if err != nil {
		return err
	}
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return err
	}
	tree := tlog.Tree{N: size, Hash: hash(raw)}
	reader := tlog.TileHashReader(tree, from)
	for _, position := range asked.Positions {
		proof, err := tlog.ProveRecord(size, position, reader)
		if err != nil {
			return err
		}
		entry, err := entryAt(from, size, position)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, size, tree.Hash, position, tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", position, err)
		}
	}
	if asked.Old > 0 {
		proof, err := tlog.ProveTree(size, asked.Old, reader)
		if err != nil {
			return err
		}
		return tlog.CheckTree(proof, size, tree.Hash, asked.Old, hash(asked.OldRoot))
	}
	return nil
}

func entryAt(from tiles, size, position int64) ([]byte, error) {
	tile := tlog.Tile{H: 8, L: -1, N: position / 256, W: 256}
	if (tile.N+1)*256 > size {
		tile.W = int(size - tile.N*256)
	}
	data, err := from.read(strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	left := bytes.NewReader(data)
	for rank := int64(0); ; rank++ {
		var length uint16
		if err := binary.Read(left, binary.BigEndian, &length); err != nil {
			return nil, err
		}
		entry := make([]byte, length)
		if _, err := io.ReadFull(left, entry); err != nil {
			return nil, err
		}
		if rank == position%256 {
			return entry, nil
		}
	}
}
