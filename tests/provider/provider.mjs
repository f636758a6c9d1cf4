// An OpenID provider for the tests: oidc-provider, with its pages for development. Anybody signs in with any name, and
// is <name>@example.org. The client `robot` gets tokens of its own (client credentials) for the resources
// https://todo.example/jwt and https://todo.example/opaque. It prints its address, and ends when its input does.
//
//     node provider.mjs REDIRECT_ADDRESS ADDRESS_AFTER_SIGNING_OUT
//
// POST /control/rotate makes it sign with a new key; POST /control/forward?to=URL says where the logout tokens go that
// it sends.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

// The address alone goes to the standard output, which nobody reads any further.
console.log = console.info = console.error;

const [redirectUri, afterLogout] = process.argv.slice(2);

const keys = [];

function addKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = `key-${keys.length + 1}`;
  // The first one signs.
  keys.unshift({ ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" });
}

function account(_context, id) {
  const claims = { sub: id, name: id, email: `${id}@example.org`, email_verified: true, roles: [`role-of-${id}`] };
  return { accountId: id, claims: () => claims };
}

// Access tokens for these are JWTs, or such as the provider alone can read.
function resourceServer(_context, resource) {
  return {
    scope: "todo:read todo:write introspect",
    audience: "https://todo.example/api",
    accessTokenFormat: resource.endsWith("/opaque") ? "opaque" : "jwt",
  };
}

function provider(issuer) {
  return new Provider(issuer, {
    clients: [
      {
        client_id: "rondo",
        client_secret: "zL6vQ8mT2xKc9RbN4wYh7JdS1fGpAe3U",
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [afterLogout],
        backchannel_logout_uri: `${issuer}/control/told`,
        backchannel_logout_session_required: true,
      },
      {
        client_id: "robot",
        client_secret: "zL6vQ8mT2xKc9RbN4wYh7JdS1fGpAe3U",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys },
    claims: { openid: ["sub", "roles"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: account,
    cookies: { keys: ["only for the tests"] },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
    },
    // This machine asks itself, which the library would not let through.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  });
}

let issuer;
let handle;
let forward;

function body(request) {
  return new Promise((resolve) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
  });
}

async function control(url, request, response) {
  switch (url.pathname) {
    case "/control/rotate":
      addKey();
      handle = provider(issuer).callback();
      break;
    case "/control/forward":
      forward = url.searchParams.get("to");
      break;
    case "/control/told": {
      const headers = { "content-type": request.headers["content-type"] };
      const answer = await fetch(forward, { method: "POST", headers, body: await body(request) });
      response.statusCode = answer.status;
      break;
    }
    default:
      response.statusCode = 404;
  }
  response.end();
}

const server = createServer((request, response) => {
  const url = new URL(request.url, issuer);
  if (!url.pathname.startsWith("/control/")) {
    handle(request, response);
    return;
  }
  control(url, request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  });
});

server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  addKey();
  handle = provider(issuer).callback();
  process.stdout.write(`${issuer}\n`);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
