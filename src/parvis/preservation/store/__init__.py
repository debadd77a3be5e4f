"""Where what is kept lives: write-once objects, each named by the SHA-256 of its bytes, on two sites."""
