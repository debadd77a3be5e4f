// The engine of the real services (npm oidc-provider), set up as FranceConnect, FranceConnect+ or ProConnect.
// Usage: node provider.mjs '{"kind", "client_id", "client_secret", "redirect_uri", "jwk"}'; prints its issuer, then serves.
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";

const wanted = JSON.parse(process.argv[2]);
const agents = wanted.kind === "proconnect";
const encrypted = wanted.kind === "franceconnect-plus";
const levels = {
  franceconnect: ["eidas1"],
  "franceconnect-plus": ["eidas2", "eidas3"],
  proconnect: ["eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"],
}[wanted.kind];
const known = new Set([
  "client_id", "acr_values", "claims", "response_type", "nonce", "state", "redirect_uri", "scope", "prompt", "idp_hint",
  "ui_locales",
]);
const person = agents
  ? { given_name: "Solène", usual_name: "Kerdoncuff", email: "solene@rennes.example", uid: "s", siret: "21350238800019" }
  : { given_name: "Karim", family_name: "Ouldrane", birthdate: "1987-11-02", gender: "male", birthcountry: "99352" };

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signing = { ...privateKey.export({ format: "jwk" }), kid: "un", use: "sig", alg: "ES256" };
const sealing = encrypted
  ? {
      id_token_encrypted_response_alg: "RSA-OAEP-256",
      id_token_encrypted_response_enc: "A256GCM",
      userinfo_encrypted_response_alg: "RSA-OAEP-256",
      userinfo_encrypted_response_enc: "A256GCM",
      jwks: { keys: [wanted.jwk] },
    }
  : {};

const server = http.createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: wanted.client_id,
      client_secret: wanted.client_secret,
      redirect_uris: [wanted.redirect_uri],
      application_type: "native", // lets a test come back to http://localhost
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "ES256",
      userinfo_signed_response_alg: "ES256",
      require_auth_time: !agents, // as FranceConnect: among its nine claims
      ...sealing,
    },
  ],
  jwks: { keys: [signing] },
  acrValues: levels,
  scopes: ["openid", ...Object.keys(person), "birthplace"],
  claims: {
    openid: ["sub"], acr: null, amr: null, auth_time: null, iss: null, sid: null,
    ...Object.fromEntries(Object.keys(person).map((name) => [name, [name]])),
  },
  cookies: { keys: ["only-for-tests"] },
  pkce: { required: () => false },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    encryption: { enabled: encrypted },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  enabledJWA: {
    idTokenEncryptionAlgValues: ["RSA-OAEP-256"], userinfoEncryptionAlgValues: ["RSA-OAEP-256"],
    idTokenEncryptionEncValues: ["A256GCM"], userinfoEncryptionEncValues: ["A256GCM"],
  },
  extraParams: ["siret_hint", "idp_hint"],
  ttl: { AuthorizationCode: agents ? 60 : 30, AccessToken: agents ? 3600 : 60, IdToken: 60, Interaction: 600, Grant: 600,
    Session: 1800 },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...person }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

// Who signs in is never in doubt here: one person, at the level the request asks for.
async function interact(request, response) {
  const { params, session } = await provider.interactionDetails(request, response);
  const claim = JSON.parse(params.claims ?? "{}").id_token?.acr ?? {};
  const asked = claim.values ?? (params.acr_values ?? "").split(" ");
  const acr = levels.find((level) => asked.includes(level)) ?? levels[0];
  const grant = new provider.Grant({ accountId: session?.accountId ?? "personne-1", clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addOIDCClaims(["acr", "amr", "auth_time"]);
  const login = { accountId: "personne-1", acr, amr: ["pwd"], remember: false };
  const result = { login, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

// What FranceConnect's own layer refuses before the engine sees it.
function refused(url) {
  const names = [...url.searchParams.keys()];
  const required = ["acr_values", "nonce", "state", "redirect_uri", "scope"];
  const strange = names.some((name) => !known.has(name)) || required.some((name) => !url.searchParams.get(name));
  return !agents && url.pathname === "/auth" && strange;
}

const engine = provider.callback();
server.on("request", (request, response) => {
  const url = new URL(request.url, issuer);
  if (refused(url)) return response.writeHead(400, { "Content-Type": "text/html" }).end("Y030007");
  if (url.pathname.startsWith("/interaction/")) return interact(request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
  return engine(request, response);
});
process.stdout.write(`${issuer}\n`);
