// A town's site built on npm openid-client 6, an independent client: signs in at our provider in every way it knows.
// Usage: node relying.mjs '{"issuer", "client_id", "redirect_uri", "way", "secret"?, "jwk"?, "cookie"}'; prints what it got.
import * as client from "openid-client";
import { createRemoteJWKSet, importJWK, jwtVerify } from "jose";

const wanted = JSON.parse(process.argv[2]);
const jar = new Map([wanted.cookie ?? []].filter((one) => one.length));

// The browser: keeps cookies, follows nothing by itself.
async function visit(url, form) {
  const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") };
  const answer = await fetch(url, form
    ? { method: "POST", redirect: "manual", headers: { ...headers, origin: wanted.issuer }, body: new URLSearchParams(form) }
    : { redirect: "manual", headers });
  for (const line of answer.headers.getSetCookie()) {
    const [name, value] = line.split(";", 1)[0].split("=");
    jar.set(name, value);
  }
  return answer;
}

// The person: reads each page and agrees, until the browser is sent to the town.
async function agree(start, goal) {
  let url = start;
  for (let page = 0; page < 8; page += 1) {
    if (String(url).startsWith(goal)) return new URL(url);
    let answer = await visit(url);
    if (answer.status === 200) {
      const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await answer.text())[1];
      answer = await visit(url, { csrfmiddlewaretoken: token, reponse: "accepter" });
    }
    if (!answer.headers.get("location")) throw new Error(`${answer.status} ${await answer.text()}`);
    url = new URL(answer.headers.get("location"), url);
  }
  throw new Error("never sent back");
}

async function proof() {
  if (wanted.jwk) return client.PrivateKeyJwt({ key: await importJWK(wanted.jwk, "ES256"), kid: wanted.jwk.kid });
  return wanted.secret ? client.ClientSecretBasic(wanted.secret) : client.None();
}

async function signIn() {
  const settings = { id_token_signed_response_alg: "ES256", use_mtls_endpoint_aliases: false };
  const config = await client.discovery(new URL(wanted.issuer), wanted.client_id, settings, await proof(),
    { execute: [client.allowInsecureRequests] });
  const verifier = client.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(),
    maxAge: 900, idTokenExpected: true };
  const asked = { redirect_uri: wanted.redirect_uri, scope: "openid email offline_access", max_age: "900",
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
    state: expected.expectedState, nonce: expected.expectedNonce, acr_values: "eidas0" };
  const handle = wanted.way === "dpop" ? client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256")) : undefined;
  const options = { DPoP: handle };
  const start = wanted.way === "dpop"
    ? await client.buildAuthorizationUrlWithPAR(config, asked, options)
    : client.buildAuthorizationUrl(config, asked);
  const back = await agree(start, wanted.redirect_uri);
  const tokens = await client.authorizationCodeGrant(config, back, expected, undefined, options);
  const claims = tokens.claims();
  const told = await client.fetchUserInfo(config, tokens.access_token, claims.sub, options);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
  const seen = { start: String(start), claims, told, type: tokens.token_type, renewed: renewed.claims() };
  if (wanted.secret || wanted.jwk) {
    seen.inspected = await client.tokenIntrospection(config, renewed.access_token);
    await client.tokenRevocation(config, renewed.refresh_token);
    seen.revoked = await client.tokenIntrospection(config, renewed.access_token);
    if (wanted.machine) seen.machine = await client.clientCredentialsGrant(config, {}, options);
  }
  const bye = client.buildEndSessionUrl(config, { id_token_hint: renewed.id_token, state: "fin",
    post_logout_redirect_uri: wanted.goodbye });
  seen.left = (await visit(bye)).headers.get("location");
  return seen;
}

// What the library for tokens thinks of a logout token.
async function readLogout() {
  const found = await fetch(`${wanted.issuer}/.well-known/openid-configuration`).then((answer) => answer.json());
  const { payload, protectedHeader } = await jwtVerify(wanted.token, createRemoteJWKSet(new URL(found.jwks_uri)), {
    typ: "logout+jwt", issuer: wanted.issuer, audience: wanted.client_id, algorithms: ["ES256"], maxTokenAge: "2m",
    requiredClaims: ["iat", "jti", "events", "sub", "sid"],
  });
  return { payload, protectedHeader };
}

const result = wanted.way === "logout" ? await readLogout() : await signIn();
process.stdout.write(JSON.stringify(result));
