// The provider that the tests sign in with: `oidc-provider` on loopback, with a page that signs in whom it is told to.
//
//   node provider.mjs FOLDER CLIENT_ID CLIENT_SECRET CALLBACK     FOLDER has node_modules
//
// It prints its issuer in one line. POST /told {"subject","acr","amr","spoil","rotate","discovery"} says who signs in
// next and what is to be wrong with the ID token: `spoil.claims` are set in it, a null one taken out; `spoil.alg` is
// "none" or "HS256" (under the client's secret); `spoil.key` is "another". `rotate` gives it a new key.
// `discovery` sets members of the discovery document. The token is signed anew, by the provider's own key.

import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [folder, clientId, clientSecret, callback] = process.argv.slice(2)
const require = createRequire(`${folder}/package.json`)
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { Provider } = await load('oidc-provider')
const jose = await load('jose')

let told = { subject: 'somebody' }
let handler = null
let keys = null

async function makeKeys () {
  const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true })
  const jwk = await jose.exportJWK(privateKey)
  return { ...jwk, kid: await jose.calculateJwkThumbprint(jwk), use: 'sig', alg: 'RS256' }
}

async function respelt (idToken) {
  const { claims = {}, alg = 'RS256', key } = told.spoil
  const payload = { ...jose.decodeJwt(idToken), ...claims }
  for (const name of Object.keys(claims)) if (claims[name] === null) delete payload[name]
  const part = (value) => jose.base64url.encode(JSON.stringify(value))
  if (alg === 'none') return `${part({ alg })}.${part(payload)}.`
  const header = { alg, kid: keys.kid }
  const signer = alg === 'HS256'
    ? new TextEncoder().encode(clientSecret)
    : await jose.importJWK(key === 'another' ? await makeKeys() : keys, 'RS256')
  const input = `${part(header)}.${part(payload)}`
  if (alg !== 'HS256') return new jose.CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader(header).sign(signer)
  const { createHmac } = await import('node:crypto')
  return `${input}.${createHmac('sha256', signer).update(input).digest('base64url')}`
}

async function begin (issuer) {
  keys = await makeKeys()
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'] }],
    jwks: { keys: [keys] },
    pkce: { required: () => true },
    acrValues: ['high', 'low'],
    claims: { openid: ['sub', 'acr', 'amr'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['of the tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    async loadExistingGrant (ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    }
  })
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith('/interaction/')) {
      if (told.refuse) return provider.interactionFinished(ctx.req, ctx.res, { error: 'access_denied' })
      const { subject, acr, amr } = told
      const login = { accountId: subject, acr, amr, remember: false }
      const to = await provider.interactionResult(ctx.req, ctx.res, { login })
      return ctx.redirect(to)
    }
    await next()
    if (ctx.path === '/token' && told.spoil && ctx.body?.id_token) {
      ctx.body = { ...ctx.body, id_token: await respelt(ctx.body.id_token) }
    }
    if (ctx.path === '/.well-known/openid-configuration' && told.discovery) ctx.body = { ...ctx.body, ...told.discovery }
  })
  handler = provider.callback()
}

const server = createServer(async (request, response) => {
  if (request.url !== '/told') return handler(request, response)
  let text = ''
  for await (const piece of request) text += piece
  told = JSON.parse(text)
  if (told.rotate) await begin(issuer)
  response.end('{}')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
await begin(issuer)
console.log(issuer)
