// The stand-in for Google: the certified `oidc-provider`, set up the way Google behaves towards a relying party.
//
//   node provider.mjs PORT CLIENT_ID CLIENT_SECRET [KEY_FILE]
//
// Prints "ready" when it listens on 127.0.0.1. Tests add people with PUT /e2e/accounts/SUB (a JSON object of claims),
// and choose one with the `login_hint` parameter or on the account page. Consent is granted by itself, as it is for an
// internal Google Workspace application.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Provider, interactionPolicy } from 'oidc-provider';

const [port, clientId, clientSecret, keyFile] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const accounts = new Map();

const drawKey = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'RS256',
  kid: randomBytes(8).toString('hex'),
});

// Kept in the key file, so that a provider that comes back after an outage is the same one.
function signingKey() {
  if (keyFile && existsSync(keyFile)) return JSON.parse(readFileSync(keyFile));
  const key = drawKey();
  if (keyFile) writeFileSync(keyFile, JSON.stringify(key), { mode: 0o600 });
  return key;
}

// Google's `select_account` is not a prompt of the specification's core, so the policy has to be told of it.
const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);

const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: ['http://localhost/postern/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'RS256',
  }],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified', 'hd'],
    profile: ['name', 'given_name', 'family_name', 'picture', 'locale'],
  },
  // Google puts the profile into the ID token.
  conformIdTokenClaims: false,
  enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, Interaction: 600, Grant: 3600, Session: 3600 },
  interactions: { policy, url: (_ctx, interaction) => `/choose/${interaction.uid}` },
  async findAccount(_ctx, sub) {
    const claims = accounts.get(sub);
    return claims && { accountId: sub, claims: async () => ({ ...claims, sub }) };
  },
  async loadExistingGrant(ctx) {
    const granted = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
    if (granted) return ctx.oidc.provider.Grant.find(granted);
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});

// Every gateway under test has its own port, hence its own redirect URI; some have a domain with several hosts.
provider.Client.prototype.redirectUriAllowed = (uri) =>
  /^https?:\/\/(localhost|[a-z]+\.shared\.test)(:\d+)?\/(postern\/callback|authorize)$/.test(uri);

const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (people) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Choose an account</title>
<h1>Choose an account</h1><form method="post">${people.map(([sub, { email }]) =>
    `<p><button name="account" value="${escape(sub)}">${escape(email)}</button></p>`).join('')}
<p><button name="account" value="">Cancel</button></p></form></html>`;

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function choose(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'GET' && !accounts.has(params.login_hint)) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page([...accounts]));
    return;
  }
  const account = request.method === 'POST'
    ? new URLSearchParams(await body(request)).get('account')
    : params.login_hint;
  const result = account
    ? { login: { accountId: account }, select_account: {} }
    : { error: 'access_denied', error_description: 'The user said no' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function addAccount(request, response, sub) {
  accounts.set(sub, JSON.parse(await body(request)));
  response.statusCode = 204;
  response.end();
}

const protocol = provider.callback();
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, issuer);
  const account = /^\/e2e\/accounts\/([^/]+)$/.exec(pathname);
  const work = account && request.method === 'PUT' ? addAccount(request, response, decodeURIComponent(account[1]))
    : pathname.startsWith('/choose/') ? choose(request, response)
      : protocol(request, response);
  Promise.resolve(work).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
