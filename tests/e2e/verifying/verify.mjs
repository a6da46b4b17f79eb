// Verifies an assertion with jose: verify.mjs JWKS-URL TOKEN ISSUER AUDIENCE; prints its claims.
import { createRemoteJWKSet, jwtVerify } from "jose";

const [, , url, token, issuer, audience] = process.argv;
const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(url)), {
  issuer, audience, algorithms: ["ES256", "EdDSA"], typ: "postern-assertion+jwt",
});
console.log(JSON.stringify(payload));
