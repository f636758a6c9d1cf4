// An OpenID provider that lets devices in, for the tests of the command line: oidc-provider with its device flow. It
// prints its address, and ends when its input does.
//
//     node device.mjs
//
// POST /control/answer?user_code=…&allow=true answers a device as the page of the provider does: for an account "ada".

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

function make(issuer) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return new Provider(issuer, {
    clients: [
      {
        client_id: "rondo-cli",
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: [DEVICE_CODE, "refresh_token"],
        response_types: [],
        redirect_uris: [],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "key", use: "sig", alg: "RS256" }] },
    claims: { openid: ["sub", "email", "email_verified"] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true }),
    }),
    cookies: { keys: ["only for the tests"] },
    ttl: { AccessToken: 3600, DeviceCode: 600, Grant: 3600, IdToken: 3600, RefreshToken: 3600 },
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
  });
}

async function answer(provider, query) {
  const code = await provider.DeviceCode.findByUserCode(query.get("user_code").replace("-", ""));
  if (query.get("allow") === "true") {
    const { scope } = code.params;
    const grant = new provider.Grant({ accountId: "ada", clientId: code.clientId });
    grant.addOIDCScope(scope);
    Object.assign(code, {
      accountId: "ada",
      authTime: Math.floor(Date.now() / 1000),
      grantId: await grant.save(),
      scope,
    });
  } else {
    code.error = "access_denied";
  }
  await code.save();
}

let handle;
let provider;

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.pathname !== "/control/answer") {
    handle(request, response);
    return;
  }
  answer(provider, url.searchParams)
    .catch((error) => {
      console.error(error);
      response.statusCode = 500;
    })
    .finally(() => response.end());
});

server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = make(issuer);
  handle = provider.callback();
  console.log(issuer);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
