/**
 * The shapes of the service's API. Generated from docs/openapi.json by `make frontend`: not to be
 * changed by hand.
 */
export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys that verify tokens
         * @description The public keys that verify tokens. For everybody.
         */
        get: operations["get_well_known_jwks_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What of OAuth 2.0 is offered, and where (RFC 8414)
         * @description What of OAuth 2.0 is offered, and where (RFC 8414). For everybody.
         */
        get: operations["get_well_known_oauth_authorization_server"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description This document. For everybody.
         */
        get: operations["get_api_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Sign in. For everybody.
         */
        post: operations["post_api_v1_auth"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Sign in. For everybody.
         */
        post: operations["post_api_v1_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key that signs now
         * @description The key that signs now. For everybody.
         */
        get: operations["get_api_v1_public_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn a refresh token, given as bearer or in the body
         * @description Turn a refresh token, given as bearer or in the body. For everybody.
         */
        post: operations["post_api_v1_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an account
         * @description Make an account. For everybody.
         */
        post: operations["post_api_v1_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/todo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of to-dos, or the one that is named
         * @description A page of to-dos, or the one that is named. Needs the scope `todo:read`.
         */
        get: operations["get_api_v1_todo"];
        put?: never;
        /**
         * Make a to-do
         * @description Make a to-do. Needs the scope `todo:write`.
         */
        post: operations["post_api_v1_todo"];
        /**
         * Delete a to-do
         * @description Delete a to-do. Needs the scope `todo:write`.
         */
        delete: operations["delete_api_v1_todo"];
        options?: never;
        head?: never;
        /**
         * Change a to-do
         * @description Change a to-do. Needs the scope `todo:write`.
         */
        patch: operations["patch_api_v1_todo"];
        trace?: never;
    };
    "/api/v1/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an account; without a name one's own
         * @description Show an account; without a name one's own. Needs the scope `profile`.
         */
        get: operations["get_api_v1_user"];
        put?: never;
        /**
         * Make an account for somebody
         * @description Make an account for somebody. For administrators.
         */
        post: operations["post_api_v1_user"];
        /**
         * Delete an account
         * @description Delete an account. Needs the scope `profile`.
         */
        delete: operations["delete_api_v1_user"];
        options?: never;
        head?: never;
        /**
         * Change an account
         * @description Change an account. Needs the scope `profile`.
         */
        patch: operations["patch_api_v1_user"];
        trace?: never;
    };
    "/api/v2/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of the audit log, the newest first
         * @description A page of the audit log, the newest first. For administrators.
         */
        get: operations["get_api_v2_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the calendar has an address
         * @description Whether the calendar has an address. Needs the scope `profile`.
         */
        get: operations["get_api_v2_calendar"];
        put?: never;
        /**
         * Make the calendar's secret address, in the place of the one before
         * @description Make the calendar's secret address, in the place of the one before. Needs the scopes `todo:read` and `profile`.
         */
        post: operations["post_api_v2_calendar"];
        /**
         * Take the calendar's address back
         * @description Take the calendar's address back. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_calendar"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What has changed since; without a cursor all that there is
         * @description What has changed since; without a cursor all that there is. Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/device/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a device asks for that shows this code
         * @description What a device asks for that shows this code. Needs the scope `profile`.
         */
        get: operations["get_api_v2_device_code"];
        put?: never;
        /**
         * Let the device in that shows this code, or refuse it
         * @description Let the device in that shows this code, or refuse it. Needs the scope `profile`.
         */
        post: operations["post_api_v2_device_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/email-verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an e-mail address by what came in a mail
         * @description Verify an e-mail address by what came in a mail. For everybody.
         */
        post: operations["post_api_v2_email_verifications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changes, as it happens (server-sent events)
         * @description What changes, as it happens (server-sent events). Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All of one's own as a file
         * @description All of one's own as a file. Needs the scopes `todo:read` and `profile`.
         */
        get: operations["get_api_v2_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make to-dos of a file
         * @description Make to-dos of a file. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The invitations that are open, newest first
         * @description The invitations that are open, newest first. For administrators.
         */
        get: operations["get_api_v2_invitations"];
        put?: never;
        /**
         * Invite whoever has an address to make an account, by a mail
         * @description Invite whoever has an address to make an account, by a mail. For administrators.
         */
        post: operations["post_api_v2_invitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw an invitation
         * @description Withdraw an invitation. For administrators.
         */
        delete: operations["delete_api_v2_invitations_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All lists, in their order
         * @description All lists, in their order. Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_lists"];
        put?: never;
        /**
         * Make a list
         * @description Make a list. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_lists"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/lists/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a list
         * @description Show a list. Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_lists_id"];
        put?: never;
        post?: never;
        /**
         * Delete a list; its to-dos go into the inbox, or into the trash
         * @description Delete a list; its to-dos go into the inbox, or into the trash. Needs the scope `todo:write`.
         */
        delete: operations["delete_api_v2_lists_id"];
        options?: never;
        head?: never;
        /**
         * Change a list
         * @description Change a list. Needs the scope `todo:write`.
         */
        patch: operations["patch_api_v2_lists_id"];
        trace?: never;
    };
    "/api/v2/lists/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show who sees a list
         * @description Show who sees a list. Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_lists_id_members"];
        put?: never;
        /**
         * Share a list with somebody, or change what they may do
         * @description Share a list with somebody, or change what they may do. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_lists_id_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/lists/{id}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a list from a member; or leave it
         * @description Take a list from a member; or leave it. Needs the scope `todo:write`.
         */
        delete: operations["delete_api_v2_lists_id_members_member"];
        options?: never;
        head?: never;
        /**
         * Change what a member of a list may do
         * @description Change what a member of a list may do. Needs the scope `todo:write`.
         */
        patch: operations["patch_api_v2_lists_id_members_member"];
        trace?: never;
    };
    "/api/v2/lists/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a list beside another one
         * @description Put a list beside another one. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_lists_id_move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for the mail by which a new password is set; the answer is the same whether or not there is an account
         * @description Ask for the mail by which a new password is set; the answer is the same whether or not there is an account. For everybody.
         */
        post: operations["post_api_v2_password_resets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/password-resets/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password by what came in a mail; every session ends
         * @description Set a new password by what came in a mail; every session ends. For everybody.
         */
        post: operations["post_api_v2_password_resets_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The providers that people can sign in through
         * @description The providers that people can sign in through. For everybody.
         */
        get: operations["get_api_v2_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/providers/{provider}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a way to sign in to one's own account
         * @description Add a way to sign in to one's own account. Needs the scope `profile`.
         */
        post: operations["post_api_v2_providers_provider_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own sessions, newest first
         * @description One's own sessions, newest first. Needs the scope `profile`.
         */
        get: operations["get_api_v2_sessions"];
        put?: never;
        /**
         * Sign in
         * @description Sign in. For everybody.
         */
        post: operations["post_api_v2_sessions"];
        /**
         * End all sessions but this one
         * @description End all sessions but this one. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out; an API token that asks is revoked
         * @description Sign out; an API token that asks is revoked. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_sessions_current"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a passkey alone
         * @description Sign in with a passkey alone. For everybody.
         */
        post: operations["post_api_v2_sessions_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a passkey is to be asked, to sign in with it alone
         * @description What a passkey is to be asked, to sign in with it alone. For everybody.
         */
        post: operations["post_api_v2_sessions_passkey_options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn a refresh token, given in the body or as cookie
         * @description Turn a refresh token, given in the body or as cookie. For everybody.
         */
        post: operations["post_api_v2_sessions_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a sign-in that was answered with a ticket, by a second factor
         * @description End a sign-in that was answered with a ticket, by a second factor. For everybody.
         */
        post: operations["post_api_v2_sessions_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of one's own sessions
         * @description End one of one's own sessions. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_sessions_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/todos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of to-dos
         * @description A page of to-dos. Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_todos"];
        put?: never;
        /**
         * Make a to-do
         * @description Make a to-do. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_todos"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/todos/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do several things with to-dos, each on its own
         * @description Do several things with to-dos, each on its own. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_todos_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/todos/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a to-do
         * @description Show a to-do. Needs the scope `todo:read`.
         */
        get: operations["get_api_v2_todos_id"];
        put?: never;
        post?: never;
        /**
         * Put a to-do and its steps into the trash, or with `purge` delete them for good
         * @description Put a to-do and its steps into the trash, or with `purge` delete them for good. Needs the scope `todo:write`.
         */
        delete: operations["delete_api_v2_todos_id"];
        options?: never;
        head?: never;
        /**
         * Change a to-do
         * @description Change a to-do. Needs the scope `todo:write`.
         */
        patch: operations["patch_api_v2_todos_id"];
        trace?: never;
    };
    "/api/v2/todos/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a to-do beside another one, or into another list
         * @description Move a to-do beside another one, or into another list. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_todos_id_move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/todos/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a to-do out of the trash, with the steps that went there with it
         * @description Take a to-do out of the trash, with the steps that went there with it. Needs the scope `todo:write`.
         */
        post: operations["post_api_v2_todos_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own API tokens, newest first
         * @description One's own API tokens, newest first. Needs the scope `profile`.
         */
        get: operations["get_api_v2_tokens"];
        put?: never;
        /**
         * Make an API token, which is shown this once
         * @description Make an API token, which is shown this once. Needs the scope `profile`.
         */
        post: operations["post_api_v2_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke one of one's own API tokens
         * @description Revoke one of one's own API tokens. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_tokens_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/trash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete for good what is in the trash
         * @description Delete for good what is in the trash. Needs the scope `todo:write`.
         */
        delete: operations["delete_api_v2_trash"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of accounts
         * @description A page of accounts. For administrators.
         */
        get: operations["get_api_v2_users"];
        put?: never;
        /**
         * Make an account
         * @description Make an account. For everybody.
         */
        post: operations["post_api_v2_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show one's own account
         * @description Show one's own account. Needs the scope `profile`.
         */
        get: operations["get_api_v2_users_me"];
        put?: never;
        post?: never;
        /**
         * Delete one's own account
         * @description Delete one's own account. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_users_me"];
        options?: never;
        head?: never;
        /**
         * Change one's own account
         * @description Change one's own account. Needs the scope `profile`.
         */
        patch: operations["patch_api_v2_users_me"];
        trace?: never;
    };
    "/api/v2/users/me/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to one's own account, the newest first
         * @description What happened to one's own account, the newest first. Needs the scope `profile`.
         */
        get: operations["get_api_v2_users_me_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own second factors
         * @description One's own second factors. Needs the scope `profile`.
         */
        get: operations["get_api_v2_users_me_factors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/factors/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make recovery codes in the place of the old ones; they are shown this once
         * @description Make recovery codes in the place of the old ones; they are shown this once. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_factors_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/factors/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the secret of an authenticator, which is shown this once
         * @description Make the secret of an authenticator, which is shown this once. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_factors_totp"];
        /**
         * Take the authenticator away
         * @description Take the authenticator away. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_users_me_factors_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/factors/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the authenticator by its first code; recovery codes are shown this once
         * @description Confirm the authenticator by its first code; recovery codes are shown this once. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_factors_totp_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep the passkey that was made; recovery codes that come with it are shown this once
         * @description Keep the passkey that was made; recovery codes that come with it are shown this once. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_passkeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/passkeys/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a passkey is to be asked, for the fresh check
         * @description What a passkey is to be asked, for the fresh check. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_passkeys_challenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What an authenticator is to be asked, to make a passkey
         * @description What an authenticator is to be asked, to make a passkey. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_passkeys_options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a passkey away
         * @description Take a passkey away. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_users_me_passkeys_id"];
        options?: never;
        head?: never;
        /**
         * Call a passkey something else
         * @description Call a passkey something else. Needs the scope `profile`.
         */
        patch: operations["patch_api_v2_users_me_passkeys_id"];
        trace?: never;
    };
    "/api/v2/users/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change one's own password; every other session ends
         * @description Change one's own password; every other session ends. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The providers that one's own account is linked to
         * @description The providers that one's own account is linked to. Needs the scope `profile`.
         */
        get: operations["get_api_v2_users_me_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/providers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a provider away from one's own account; the sessions that began there end
         * @description Take a provider away from one's own account; the sessions that began there end. Needs the scope `profile`.
         */
        delete: operations["delete_api_v2_users_me_providers_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/me/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Be sent the mail by which one's own e-mail address is verified
         * @description Be sent the mail by which one's own e-mail address is verified. Needs the scope `profile`.
         */
        post: operations["post_api_v2_users_me_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an account
         * @description Show an account. For administrators.
         */
        get: operations["get_api_v2_users_id"];
        put?: never;
        post?: never;
        /**
         * Delete somebody else's account
         * @description Delete somebody else's account. For administrators.
         */
        delete: operations["delete_api_v2_users_id"];
        options?: never;
        head?: never;
        /**
         * Change an account; whoever is lowered or disabled is signed out everywhere
         * @description Change an account; whoever is lowered or disabled is signed out everywhere. For administrators.
         */
        patch: operations["patch_api_v2_users_id"];
        trace?: never;
    };
    "/api/v2/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Somebody's sessions, newest first
         * @description Somebody's sessions, newest first. For administrators.
         */
        get: operations["get_api_v2_users_id_sessions"];
        put?: never;
        post?: never;
        /**
         * End all of somebody's sessions
         * @description End all of somebody's sessions. For administrators.
         */
        delete: operations["delete_api_v2_users_id_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{id}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of somebody's sessions
         * @description End one of somebody's sessions. For administrators.
         */
        delete: operations["delete_api_v2_users_id_sessions_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Sign in. For everybody.
         */
        post: operations["post_auth"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/calendar/{address}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The to-dos of whoever has this secret address, as iCalendar
         * @description The to-dos of whoever has this secret address, as iCalendar. For everybody.
         */
        get: operations["get_calendar_address"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finish to sign in at a provider
         * @description Finish to sign in at a provider. For everybody.
         */
        get: operations["get_callback"];
        put?: never;
        /**
         * Finish to sign in at a provider that sends a form
         * @description Finish to sign in at a provider that sends a form. For everybody.
         */
        post: operations["post_callback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callback/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finish to sign in at this provider
         * @description Finish to sign in at this provider. For everybody.
         */
        get: operations["get_callback_provider"];
        put?: never;
        /**
         * Finish to sign in at this provider, which sends a form
         * @description Finish to sign in at this provider, which sends a form. For everybody.
         */
        post: operations["post_callback_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page that shows this document
         * @description A page that shows this document. For everybody.
         */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file of that page
         * @description A file of that page. For everybody.
         */
        get: operations["get_docs_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process lives
         * @description Whether the process lives. For everybody, without a limit.
         */
        get: operations["get_healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Begin to sign in at the one provider, or go to the page where one is chosen
         * @description Begin to sign in at the one provider, or go to the page where one is chosen. For everybody.
         */
        get: operations["get_login"];
        put?: never;
        /**
         * Sign in
         * @description Sign in. For everybody.
         */
        post: operations["post_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Begin to sign in at a provider
         * @description Begin to sign in at a provider. For everybody.
         */
        get: operations["get_login_provider"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * End the session of this browser, here and at the provider that it began at
         * @description End the session of this browser, here and at the provider that it began at. For everybody.
         */
        get: operations["get_logout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logout/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell, as this provider, that a session ended there (back-channel logout)
         * @description Tell, as this provider, that a session ended there (back-channel logout). For everybody.
         */
        post: operations["post_logout_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What Prometheus reads
         * @description What Prometheus reads. For whoever shows the token of the metrics; without one it is not here.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/device_authorization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to let a device in (RFC 8628)
         * @description Begin to let a device in (RFC 8628). For everybody.
         */
        post: operations["post_oauth_device_authorization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a token is worth (RFC 7662)
         * @description What a token is worth (RFC 7662). Needs the scope `introspect`.
         */
        post: operations["post_oauth_introspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a token worthless, with all of its session (RFC 7009)
         * @description Make a token worthless, with all of its session (RFC 7009). For everybody.
         */
        post: operations["post_oauth_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tokens for a device that was let in, or for a refresh token
         * @description Tokens for a device that was let in, or for a refresh token. For everybody.
         */
        post: operations["post_oauth_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{problem}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a kind of problem means
         * @description What a kind of problem means. For everybody.
         */
        get: operations["get_problems_problem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key that signs now
         * @description The key that signs now. For everybody.
         */
        get: operations["get_public_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether requests should be sent here
         * @description Whether requests should be sent here. For everybody, without a limit.
         */
        get: operations["get_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn a refresh token, given as bearer or in the body
         * @description Turn a refresh token, given as bearer or in the body. For everybody.
         */
        post: operations["post_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an account
         * @description Make an account. For everybody.
         */
        post: operations["post_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas/{schema}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A JSON Schema of the API
         * @description A JSON Schema of the API. For everybody.
         */
        get: operations["get_schemas_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/todo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of to-dos, or the one that is named
         * @description A page of to-dos, or the one that is named. Needs the scope `todo:read`.
         */
        get: operations["get_todo"];
        put?: never;
        /**
         * Make a to-do
         * @description Make a to-do. Needs the scope `todo:write`.
         */
        post: operations["post_todo"];
        /**
         * Delete a to-do
         * @description Delete a to-do. Needs the scope `todo:write`.
         */
        delete: operations["delete_todo"];
        options?: never;
        head?: never;
        /**
         * Change a to-do
         * @description Change a to-do. Needs the scope `todo:write`.
         */
        patch: operations["patch_todo"];
        trace?: never;
    };
    "/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an account; without a name one's own
         * @description Show an account; without a name one's own. Needs the scope `profile`.
         */
        get: operations["get_user"];
        put?: never;
        /**
         * Make an account for somebody
         * @description Make an account for somebody. For administrators.
         */
        post: operations["post_user"];
        /**
         * Delete an account
         * @description Delete an account. Needs the scope `profile`.
         */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /**
         * Change an account
         * @description Change an account. Needs the scope `profile`.
         */
        patch: operations["patch_user"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An access token (JWT, RFC 9068), for `Authorization: Bearer`. */
        AccessToken: string;
        /** An API token, without what is shown to use it */
        ApiToken: {
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["MaybeTimestamp"];
            id: components["schemas"]["Id"];
            /** @description Where it was last used from. */
            last_address: string | null;
            last_used_at: components["schemas"]["MaybeTimestamp"];
            name: components["schemas"]["Title"];
            /** @description What it may do. */
            scopes: ("todo:read" | "todo:write" | "profile" | "admin" | "introspect")[];
        };
        /** Making an API token */
        ApiTokenCreate: {
            /**
             * Format: date-time
             * @description RFC 3339 with an offset; without it the token has no end of its own.
             */
            expires_at?: string | null;
            name: components["schemas"]["Title"];
            /** @description What it may do. */
            scopes: ("todo:read" | "todo:write" | "profile" | "admin" | "introspect")[];
        };
        /** The API tokens of a user */
        ApiTokenList: {
            items: components["schemas"]["ApiToken"][];
        };
        /** An API token that was just made */
        ApiTokenMade: {
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["MaybeTimestamp"];
            id: components["schemas"]["Id"];
            /** @description Where it was last used from. */
            last_address: string | null;
            last_used_at: components["schemas"]["MaybeTimestamp"];
            name: components["schemas"]["Title"];
            /** @description What it may do. */
            scopes: ("todo:read" | "todo:write" | "profile" | "admin" | "introspect")[];
            /** @description What is shown to use it, as a bearer token. Nobody can tell it afterwards. */
            token: string;
        };
        /** A security event */
        AuditEvent: {
            /** @description Who did it. */
            actor: {
                /** @description The id of a user. */
                id: string | null;
                /** @description `user`, `operator` (the command line), `service`, `nobody`; to whom it happened, another user is an `administrator`. */
                kind: string;
            };
            /** @description Where it was asked for. */
            address: string | null;
            at: components["schemas"]["Timestamp"];
            /** @description What else is known: `session`, `method`, `reason`, `role`, `key`. More may come. */
            details: {
                [key: string]: string;
            };
            /** @description The program and the system that asked, as far as they are known. */
            device: string | null;
            id: components["schemas"]["Id"];
            /** @description What happened. New kinds may come. */
            kind: string;
            /** @description What the log has the request under. */
            request_id: string | null;
            /** @description The id of the user to whom it happened. */
            subject: string | null;
        };
        /** A page of the audit log */
        AuditPage: {
            items: components["schemas"]["AuditEvent"][];
            next: components["schemas"]["Cursor"];
        };
        /** Whether the calendar has an address */
        Calendar: {
            active: boolean;
            /** @description When it was made. */
            since: components["schemas"]["MaybeTimestamp"];
        };
        /** The calendar's secret address, shown once */
        CalendarAddress: {
            since: components["schemas"]["Timestamp"];
            /** @description Whoever has it reads the to-dos that are due. Nobody can tell it afterwards. */
            url: string;
        };
        /** A thing that has changed, as it is now */
        Change: {
            /** @description Whether nothing is left of it. What is in the trash is there still, with its `deleted_at`. */
            deleted: boolean;
            id: components["schemas"]["Id"];
            /**
             * @description What kind of thing it is; more kinds may come.
             * @enum {string}
             */
            kind: "todo" | "list";
            list?: components["schemas"]["ChangeList"];
            todo?: components["schemas"]["Todo"];
            /** @description Rises with each change: what you have with this version, or a later one, is not news. */
            version: number;
        };
        /** A list of to-dos that has changed, without its count of what is open */
        ChangeList: {
            /** @description Put away: it takes no new to-dos. */
            archived: boolean;
            color: components["schemas"]["Color"];
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            name: components["schemas"]["ListName"];
            /** @description Sorts bytewise; made by the service. */
            position: string;
            role: components["schemas"]["ListStanding"];
            /** @description Whether it is shared with anybody. */
            shared: boolean;
            updated_at: components["schemas"]["Timestamp"];
            /** @description Rises with each change. */
            version: number;
        };
        /** Changes, in the order of their last writes */
        ChangePage: {
            /** @description Where to read on, now or another time. */
            cursor: string;
            items: components["schemas"]["Change"][];
            /** @description Whether there is more now. A page may have fewer items than asked for, even none, and yet not be the last. */
            more: boolean;
        };
        /** @description A colour: #rrggbb in lower case. */
        Color: string | null;
        /** @description The place behind a page, for the parameter `cursor`; null at the end. */
        Cursor: string | null;
        /** Letting a device in, or not */
        DeviceAnswer: {
            allow: boolean;
        };
        /** What a device asks for */
        DeviceRequest: {
            /** @description Where it asks from. */
            address: string;
            asked_at: components["schemas"]["Timestamp"];
            /** @description Which program. */
            client: string;
            /** @description What it calls itself. */
            device: string;
            /** @description What it wants to do. */
            scopes: string[];
        };
        /** @description The time of day (HH:MM in the own time zone) at which what is due is mailed; null for never. */
        Digest: string | null;
        /**
         * Format: due
         * @description A day (YYYY-MM-DD), or RFC 3339 with an offset.
         */
        Due: string | null;
        /**
         * Format: email
         * @description An e-mail address. Case and Unicode form do not matter.
         */
        Email: string;
        /** Verifying an e-mail address */
        EmailVerification: {
            token: components["schemas"]["MailedToken"];
        };
        /** @description How long the access token lives, in seconds. */
        ExpiresIn: number;
        /** All of one's own */
        Export: {
            exported_at: components["schemas"]["Timestamp"];
            /** @constant */
            format: "rondo";
            /** @description In their order. */
            lists: components["schemas"]["List"][];
            /** @description Those in the trash behind the others. */
            todos: components["schemas"]["Todo"][];
            user: components["schemas"]["User"];
            /** @description Of this format. */
            version: number;
        };
        /** One's own second factors */
        Factors: {
            passkeys: components["schemas"]["Passkey"][];
            recovery_codes_left: number;
            /** @description Whether there has to be one for all that the account may do. */
            required: boolean;
            /** @description The authenticator, once it was confirmed. */
            totp: {
                confirmed_at: components["schemas"]["Timestamp"];
            } | null;
        };
        /** Showing again who one is */
        FreshCheck: {
            /** @description Left out by an account that has none: it needs a sign-in of the last ten minutes. */
            current_password?: components["schemas"]["Password"];
            /** @description One of them, of an account that has a second factor. */
            second_factor?: {
                code?: components["schemas"]["TotpCode"];
                /** @description The answer to the challenge of this ticket. */
                passkey?: {
                    answer: components["schemas"]["PasskeyAnswer"];
                    ticket: components["schemas"]["Ticket"];
                };
                recovery_code?: components["schemas"]["RecoveryCode"];
            };
        };
        /** The process lives */
        Health: {
            /** @enum {string} */
            status: "ok";
            time: components["schemas"]["Timestamp"];
            version: string;
        };
        /** @description 24 lowercase hexadecimal digits. */
        Id: string;
        /** What an export wrote */
        Import: {
            /** @description Not looked at. */
            exported_at?: unknown;
            /** @constant */
            format: "rondo";
            /** @description Lists as an export shows them: `id`, `name`, `color` and `archived`. */
            lists?: unknown[];
            /** @description To-dos as an export shows them, of which only the title must be there. Each is looked at for itself, and told of in the report. */
            todos: unknown[];
            /** @description Of the account, the `digest` and the `time_zone` by whose clocks it comes: taken where there is none yet, by tokens with the scope `profile`. */
            user?: unknown;
            /** @description Of this format. */
            version: number;
        };
        /** What an import did, or would do */
        ImportReport: {
            /** @description How many to-dos are new. */
            created: number;
            dry_run: boolean;
            /** @enum {string} */
            format: "json" | "csv" | "todoist";
            /** @description In their order, at most a thousand: if there are more, those that something is to be said of. */
            lines: {
                id?: components["schemas"]["Id"];
                /** @description The line of the file where it begins; in JSON the place in `todos`, from 1. */
                line: number;
                problems: {
                    /** @description The name of a column. */
                    column?: string;
                    /** @description In words; never holds what stands there. */
                    detail: string;
                    /** @description A JSON pointer into the document. */
                    pointer?: string;
                }[];
                /**
                 * @description `note`: it is no to-do of its own.
                 * @enum {string}
                 */
                status: "create" | "unchanged" | "refuse" | "note";
                title?: string;
            }[];
            /** @description How many lines are not told of. */
            lines_left_out: number;
            /** @description How many lists are new. */
            lists_created: number;
            /** @description How many cannot be to-dos. */
            refused: number;
            /** @description How many were there before. */
            unchanged: number;
        };
        /** An invitation that is open */
        Invitation: {
            created_at: components["schemas"]["Timestamp"];
            email: components["schemas"]["Email"];
            expires_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            /** @description The administrator, or null where it was the operator. */
            invited_by: string | null;
            role: components["schemas"]["Role"];
        };
        /** Inviting somebody */
        InvitationCreate: {
            email: components["schemas"]["Email"];
            role?: components["schemas"]["Role"];
        };
        /** The invitations that are open */
        InvitationList: {
            items: components["schemas"]["Invitation"][];
        };
        /** @description A public key (RFC 7517). */
        Jwk: {
            /** @enum {string} */
            alg: "RS256" | "ES256";
            /** @enum {string} */
            crv?: "P-256";
            e?: string;
            /** @description The thumbprint (RFC 7638). */
            kid: string;
            /** @enum {string} */
            kty: "RSA" | "EC";
            n?: string;
            /** @enum {string} */
            use: "sig";
            x?: string;
            y?: string;
        };
        /** The public keys that verify tokens (RFC 7517) */
        JwkSet: {
            keys: components["schemas"]["Jwk"][];
        };
        /** @description A BCP 47 language tag. */
        Language: string | null;
        /** The providers that an account is linked to */
        LinkedProviderList: {
            items: {
                /** @description The issuer, if the provider is not in the configuration any more. */
                display_name: string;
                id: components["schemas"]["Id"];
                issuer: string;
                /** @description What the provider is called in the configuration, or null if it is not there any more. */
                name: string | null;
                /** @description What the provider calls the person (`sub`). */
                subject: string;
            }[];
        };
        /** A list of to-dos */
        List: {
            /** @description Put away: it takes no new to-dos. */
            archived: boolean;
            color: components["schemas"]["Color"];
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            name: components["schemas"]["ListName"];
            open: components["schemas"]["Open"];
            /** @description Sorts bytewise; made by the service. */
            position: string;
            role: components["schemas"]["ListStanding"];
            /** @description Whether it is shared with anybody. */
            shared: boolean;
            updated_at: components["schemas"]["Timestamp"];
            /** @description Rises with each change. */
            version: number;
        };
        /** A new list */
        ListCreate: {
            color?: components["schemas"]["Color"];
            name: components["schemas"]["ListName"];
        };
        /** @description The list that it is in; null is the inbox. */
        ListId: string | null;
        /** Somebody who sees a list */
        ListMember: {
            /** @description Shown to the owner of the list only. */
            email: string | null;
            id: components["schemas"]["Id"];
            name: components["schemas"]["Name"];
            role: components["schemas"]["ListStanding"];
        };
        /** All who see a list: its owner first */
        ListMemberPage: {
            items: components["schemas"]["ListMember"][];
        };
        /** What a member may do from now on */
        ListMemberUpdate: {
            role: components["schemas"]["ListRole"];
        };
        /** Where a list goes in the order: beside one other */
        ListMove: {
            after?: components["schemas"]["Id"];
            before?: components["schemas"]["Id"];
        } & (unknown | unknown);
        /** @description On one line, not blank. */
        ListName: string;
        /** All lists, in their order */
        ListPage: {
            /** @description What is in no list. */
            inbox: {
                open: components["schemas"]["Open"];
            };
            items: components["schemas"]["List"][];
        };
        /**
         * @description What somebody whom a list is shared with may do: an editor changes its to-dos, a viewer sees them.
         * @enum {unknown}
         */
        ListRole: "editor" | "viewer";
        /** Whom a list is shared with */
        ListShare: {
            email: components["schemas"]["Email"];
            role: components["schemas"]["ListRole"];
        };
        /**
         * @description What somebody is to a list: its owner, an editor, who changes its to-dos, or a viewer, who sees them.
         * @enum {unknown}
         */
        ListStanding: "owner" | "editor" | "viewer";
        /** Changes to a list */
        ListUpdate: {
            archived?: boolean;
            color?: components["schemas"]["Color"];
            name?: components["schemas"]["ListName"];
        };
        /** @description What stands behind `#token=` or `#invitation=` in the link of a mail. */
        MailedToken: string;
        /**
         * Format: date-time
         * @description RFC 3339 in UTC with milliseconds.
         */
        MaybeTimestamp: string | null;
        /** @description A person's name, on one line. */
        Name: string;
        /** @description At least 8 characters. No composition rules; the commonest are refused. */
        NewPassword: string;
        /** @description Any text without NUL. */
        Notes: string | null;
        /** A device that asks to be let in (RFC 8628) */
        OauthDevice: {
            /** @description Who asks: rondo-cli is the command line, rondo the web app and whoever uses the API directly. */
            client_id: string;
            /** @description Scopes, separated by spaces; without it todo:read, todo:write and profile. */
            scope?: string;
        };
        /** What the device shows, and what it asks again with */
        OauthDeviceBegun: {
            /** @description What it asks again with. */
            device_code: string;
            /** @description Seconds. */
            expires_in: number;
            /** @description Seconds between two requests. */
            interval: number;
            /** @description What the person types. */
            user_code: string;
            /** @description Where they type it. */
            verification_uri: string;
            /** @description Where they need not type it. */
            verification_uri_complete: string;
        };
        /** An error of OAuth 2.0 (RFC 6749, section 5.2) */
        OauthFailure: {
            /** @enum {string} */
            error: "invalid_request" | "invalid_client" | "invalid_grant" | "invalid_scope" | "invalid_token" | "insufficient_scope" | "unauthorized_client" | "unsupported_grant_type" | "authorization_pending" | "slow_down" | "access_denied" | "expired_token" | "temporarily_unavailable" | "server_error";
            error_description?: string;
        };
        /** Asking what a token is worth (RFC 7662) */
        OauthIntrospect: {
            /** @description An access token, an API token or a refresh token. */
            token: string;
            /** @description What kind of token it may be; it is told by the token itself. */
            token_type_hint?: string;
        };
        /** What of OAuth 2.0 is offered (RFC 8414) */
        OauthMetadata: {
            device_authorization_endpoint: string;
            /** @description How tokens are got at the token endpoint. */
            grant_types_supported: string[];
            introspection_endpoint: string;
            issuer: string;
            jwks_uri: string;
            /** @description None: no browser is sent here for a code. */
            response_types_supported: string[];
            revocation_endpoint: string;
            /** @description Clients are public ones, without a secret. */
            revocation_endpoint_auth_methods_supported?: string[];
            /** @description What tokens may be held to. */
            scopes_supported: string[];
            service_documentation?: string;
            token_endpoint: string;
            /** @description Clients are public ones, without a secret. */
            token_endpoint_auth_methods_supported?: string[];
        };
        /** Making a token worthless (RFC 7009) */
        OauthRevoke: {
            /** @description To whom it was given: rondo, if nothing is said. */
            client_id?: string;
            /** @description An access token, an API token or a refresh token. */
            token: string;
            /** @description What kind of token it may be; it is told by the token itself. */
            token_type_hint?: string;
        };
        /** Asking for tokens */
        OauthToken: {
            /** @description Who asks: rondo-cli is the command line, rondo the web app and whoever uses the API directly. */
            client_id?: string;
            /** @description Of a device. */
            device_code?: string;
            /** @description refresh_token, or urn:ietf:params:oauth:grant-type:device_code. */
            grant_type: string;
            /** @description Of the client. */
            refresh_token?: string;
        };
        /** Tokens */
        OauthTokens: {
            access_token: components["schemas"]["AccessToken"];
            /** @description Seconds. */
            expires_in: number;
            refresh_token: components["schemas"]["Token"];
            /** @description Scopes, separated by spaces. */
            scope: string;
            token_type: components["schemas"]["TokenType"];
        };
        /** What a token is worth (RFC 7662) */
        OauthWorth: {
            active: boolean;
            /** @description The same. */
            aud?: string;
            /** @description To whom it was given. */
            client_id?: string;
            /** @description When it ends, in seconds since 1970. */
            exp?: number;
            /** @description When it was made, in seconds since 1970. */
            iat?: number;
            /** @description The public address of this service. */
            iss?: string;
            /** @description Which one it is. */
            jti?: string;
            role?: components["schemas"]["Role"];
            /** @description Scopes, separated by spaces. */
            scope?: string;
            sid?: components["schemas"]["Id"];
            sub?: components["schemas"]["Id"];
            /** @enum {string} */
            token_type?: "Bearer";
        };
        /** @description How many open to-dos are in it; steps count. */
        Open: number;
        /** @description The to-do that it is a step of, if it is one. */
        ParentId: string | null;
        /** A passkey */
        Passkey: {
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            last_used_at: components["schemas"]["MaybeTimestamp"];
            name: components["schemas"]["Title"];
        };
        /** @description What the authenticator answered: the PublicKeyCredential, as JSON.stringify writes it. */
        PasskeyAnswer: string;
        /** Keeping a passkey that was made */
        PasskeyCreate: {
            answer: components["schemas"]["PasskeyAnswer"];
            name: components["schemas"]["Title"];
            ticket: components["schemas"]["Ticket"];
        };
        /** A passkey that was just made */
        PasskeyMade: {
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            last_used_at: components["schemas"]["MaybeTimestamp"];
            name: components["schemas"]["Title"];
            /** @description If there were none: shown this once. */
            recovery_codes: components["schemas"]["RecoveryCode"][] | null;
        };
        /** What an authenticator is to be asked */
        PasskeyOptions: {
            /** @description So many seconds there are for an answer. */
            expires_in: number;
            /** @description PublicKeyCredentialCreationOptions or PublicKeyCredentialRequestOptions, in JSON. */
            options: Record<string, never>;
            ticket: components["schemas"]["Ticket"];
        };
        /** A merge patch of a passkey */
        PasskeyUpdate: {
            name: components["schemas"]["Title"];
        };
        /** @description A password that was set before: any length from 1. */
        Password: string;
        /** A new password */
        PasswordChange: {
            /** @description Left out by an account that has none: it needs a sign-in of the last ten minutes. */
            current_password?: components["schemas"]["Password"];
            new_password: components["schemas"]["NewPassword"];
            /** @description One of them, of an account that has a second factor. */
            second_factor?: {
                code?: components["schemas"]["TotpCode"];
                /** @description The answer to the challenge of this ticket. */
                passkey?: {
                    answer: components["schemas"]["PasskeyAnswer"];
                    ticket: components["schemas"]["Ticket"];
                };
                recovery_code?: components["schemas"]["RecoveryCode"];
            };
        };
        /** Setting a new password by what came in a mail */
        PasswordReset: {
            new_password: components["schemas"]["NewPassword"];
            token: components["schemas"]["MailedToken"];
        };
        /** Asking for the mail by which a new password is set */
        PasswordResetRequest: {
            email: components["schemas"]["Email"];
        };
        /** @enum {string|null} */
        Priority: "low" | "medium" | "high" | null;
        /** A problem (RFC 9457) */
        Problem: {
            detail: string;
            errors?: components["schemas"]["Violation"][];
            /** @description What the log has it under. */
            request_id: string;
            status: number;
            title: string;
            /** @description A relative address that explains the kind of problem. */
            type: string;
        };
        /** @description How far its steps are; null if it never had any. Those in the trash are not counted. */
        Progress: {
            done: number;
            total: number;
        } | null;
        /** Where to sign in at a provider so that it is added to the account */
        ProviderLink: {
            /** @description The address that the browser opens which has kept the cookie of this answer. */
            location: string;
        };
        /** The providers that people can sign in through */
        ProviderList: {
            items: {
                display_name: string;
                /** @description A browser that opens it begins to sign in; `?return_to=` names the page to return to. */
                login_path: string;
                name: string;
            }[];
        };
        /** Whether requests should be sent here */
        Readiness: {
            /** @enum {string} */
            status: "ready" | "stopping" | "the store does not answer";
        };
        /** @description A recovery code; case, blanks and dashes do not matter. */
        RecoveryCode: string;
        /** Recovery codes, each good once */
        RecoveryCodes: {
            recovery_codes: components["schemas"]["RecoveryCode"][];
        };
        /**
         * Format: recurrence
         * @description By which rule it comes again: the RRULE of RFC 5545, without RRULE: in front, with DAILY, WEEKLY, MONTHLY or YEARLY. COUNT is how many are still to come, the present one with them.
         */
        Recurrence: string | null;
        /**
         * @description What the next occurrence is counted from: the due date, or the day of the completion.
         * @enum {string|null}
         */
        RecursFrom: "due" | "completion" | null;
        /**
         * Format: reminder
         * @description A moment (RFC 3339 with an offset), or a time before the due date such as -PT30M or -P1D: 30 days at most. A due day counts from 9:00.
         */
        Reminder: string | null;
        /** @enum {string} */
        Role: "user" | "admin";
        /** What a right password is answered with, of an account that has a second factor */
        SecondFactorAsked: {
            second_factor: {
                /** @description So many seconds there are for it. */
                expires_in: number;
                /** @description What it can be answered with: members of second_factor. */
                methods: string[];
                /** @description What a passkey of the account is to be asked, if there is one. */
                passkey: components["schemas"]["PasskeyOptions"] | null;
                ticket: components["schemas"]["Ticket"];
            };
        };
        /** A session */
        Session: {
            /** @description Where it was last used from. */
            address: string;
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description What the client called itself. */
            device: string;
            expires_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            last_used_at: components["schemas"]["Timestamp"];
        };
        /** Signing in */
        SessionCreate: {
            email: string;
            password: components["schemas"]["Password"];
            /**
             * @description How the refresh token travels.
             * @enum {string}
             */
            transport?: "body" | "cookie";
        };
        /** The sessions of a user */
        SessionList: {
            items: components["schemas"]["Session"][];
        };
        /** Signing in with a passkey alone */
        SessionPasskey: {
            answer: components["schemas"]["PasskeyAnswer"];
            ticket: components["schemas"]["Ticket"];
            /**
             * @description How the refresh token travels.
             * @enum {string}
             */
            transport?: "body" | "cookie";
        };
        /** Refreshing */
        SessionRefresh: {
            refresh_token?: components["schemas"]["Token"];
        };
        /** Ending a sign-in by a second factor */
        SessionSecondFactor: {
            /** @description One of them. */
            second_factor: {
                code?: components["schemas"]["TotpCode"];
                /** @description The answer to the challenge of this ticket. */
                passkey?: {
                    answer: components["schemas"]["PasskeyAnswer"];
                    ticket: components["schemas"]["Ticket"];
                };
                recovery_code?: components["schemas"]["RecoveryCode"];
            };
            ticket: components["schemas"]["Ticket"];
            /**
             * @description How the refresh token travels.
             * @enum {string}
             */
            transport?: "body" | "cookie";
        };
        /** What a sign-in and a refresh answer */
        SignedIn: {
            access_token: components["schemas"]["AccessToken"];
            expires_in: components["schemas"]["ExpiresIn"];
            /** @description Absent where it travels in a cookie. */
            refresh_token?: string;
            session: components["schemas"]["Session"];
            token_type: components["schemas"]["TokenType"];
            user: components["schemas"]["User"];
        };
        /** @description A tag. */
        Tag: string;
        /** @description Each 1 to 40 characters, on one line. */
        Tags: components["schemas"]["Tag"][] | null;
        /** @description What a sign-in or an answer goes on with. */
        Ticket: string;
        /**
         * Format: time-zone
         * @description A name of the IANA time zone database.
         */
        TimeZone: string | null;
        /**
         * Format: date-time
         * @description RFC 3339 in UTC with milliseconds.
         */
        Timestamp: string;
        /** @description On one line, not blank. */
        Title: string;
        /** A to-do */
        Todo: {
            completed_at: components["schemas"]["MaybeTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            deleted_at: components["schemas"]["MaybeTimestamp"];
            done: boolean;
            due: components["schemas"]["Due"];
            id: components["schemas"]["Id"];
            /** @description When an occurrence of it was completed last. */
            last_completed_at: components["schemas"]["MaybeTimestamp"];
            list_id: components["schemas"]["ListId"];
            /** @description Any text. */
            notes: string;
            parent_id: components["schemas"]["ParentId"];
            /** @description The title of the to-do that it is a step of, if it is one. */
            parent_title: string | null;
            /** @description Sorts bytewise; made by the service. */
            position: string;
            priority: components["schemas"]["Priority"];
            progress: components["schemas"]["Progress"];
            recurrence: components["schemas"]["Recurrence"];
            /**
             * @description What the next occurrence is counted from.
             * @enum {string}
             */
            recurs_from: "due" | "completion";
            remind_at: components["schemas"]["MaybeTimestamp"];
            reminded_at: components["schemas"]["MaybeTimestamp"];
            reminder: components["schemas"]["Reminder"];
            tags: components["schemas"]["Tag"][];
            time_zone: components["schemas"]["TimeZone"];
            title: components["schemas"]["Title"];
            updated_at: components["schemas"]["Timestamp"];
            /** @description Rises with each change. */
            version: number;
        };
        /** Several things to be done with to-dos, in their order */
        TodoBatch: {
            operations: {
                /** @description As the single request has it: `todo-create.json`, `todo-update.json` or `todo-move.json`. What is wrong with it is told in the result of this operation. */
                body?: unknown;
                id?: components["schemas"]["Id"];
                /** @description Only if the present version has this tag, or with `*` if there is one. */
                if_match?: string;
                /** @enum {string} */
                op: "create" | "patch" | "complete" | "move" | "delete" | "restore";
            }[];
        };
        /** What each operation of a batch came to, in their order */
        TodoBatchResult: {
            results: {
                /** @description The to-do, or the problem; absent where there is nothing to tell. */
                body?: components["schemas"]["Todo"] | components["schemas"]["Problem"];
                /** @description The `ETag` of the to-do, if it is shown. */
                etag?: string;
                id?: components["schemas"]["Id"];
                /** @description The status of the single request. */
                status: number;
            }[];
        };
        /** A new to-do */
        TodoCreate: {
            done?: boolean;
            due?: components["schemas"]["Due"];
            list_id?: components["schemas"]["ListId"];
            notes?: components["schemas"]["Notes"];
            parent_id?: components["schemas"]["ParentId"];
            priority?: components["schemas"]["Priority"];
            recurrence?: components["schemas"]["Recurrence"];
            recurs_from?: components["schemas"]["RecursFrom"];
            reminder?: components["schemas"]["Reminder"];
            tags?: components["schemas"]["Tags"];
            time_zone?: components["schemas"]["TimeZone"];
            title: components["schemas"]["Title"];
        };
        /** Where a to-do goes: beside another one, or to the end of a list */
        TodoMove: {
            after?: components["schemas"]["Id"];
            before?: components["schemas"]["Id"];
            list_id?: components["schemas"]["ListId"];
        };
        /** A page of to-dos */
        TodoPage: {
            items: components["schemas"]["Todo"][];
            next: components["schemas"]["Cursor"];
        };
        /** A merge patch of a to-do */
        TodoUpdate: {
            done?: boolean;
            due?: components["schemas"]["Due"];
            list_id?: components["schemas"]["ListId"];
            notes?: components["schemas"]["Notes"];
            parent_id?: components["schemas"]["ParentId"];
            priority?: components["schemas"]["Priority"];
            recurrence?: components["schemas"]["Recurrence"];
            recurs_from?: components["schemas"]["RecursFrom"];
            reminder?: components["schemas"]["Reminder"];
            tags?: components["schemas"]["Tags"];
            time_zone?: components["schemas"]["TimeZone"];
            title?: components["schemas"]["Title"];
        };
        /** @description A refresh token. */
        Token: string;
        /** @enum {string} */
        TokenType: "Bearer";
        /** @description The six digits that an authenticator shows. */
        TotpCode: string;
        /** The first code of an authenticator */
        TotpConfirm: {
            code: components["schemas"]["TotpCode"];
        };
        /** A new authenticator, which counts once a code of it was shown */
        TotpMade: {
            /** @description As people type it. */
            secret: string;
            /** @description As programs read it, mostly off a picture: otpauth://totp/… */
            uri: string;
        };
        /** A user */
        User: {
            created_at: components["schemas"]["Timestamp"];
            digest: components["schemas"]["Digest"];
            /** @description An e-mail address as it was written. */
            email: string | null;
            email_verified: boolean;
            id: components["schemas"]["Id"];
            language: components["schemas"]["Language"];
            name: components["schemas"]["Name"];
            role: components["schemas"]["Role"];
            time_zone: components["schemas"]["TimeZone"];
            updated_at: components["schemas"]["Timestamp"];
            week_start: components["schemas"]["WeekStart"];
        };
        /** A user as administrators see one */
        UserAdmin: {
            created_at: components["schemas"]["Timestamp"];
            digest: components["schemas"]["Digest"];
            /** @description Whether the account is kept from signing in. */
            disabled: boolean;
            /** @description An e-mail address as it was written. */
            email: string | null;
            email_verified: boolean;
            id: components["schemas"]["Id"];
            language: components["schemas"]["Language"];
            last_signed_in_at: components["schemas"]["MaybeTimestamp"];
            name: components["schemas"]["Name"];
            role: components["schemas"]["Role"];
            time_zone: components["schemas"]["TimeZone"];
            updated_at: components["schemas"]["Timestamp"];
            week_start: components["schemas"]["WeekStart"];
        };
        /** A merge patch of somebody's account */
        UserAdminUpdate: {
            /** @description `true` keeps the account from signing in, and ends its sessions. */
            disabled?: boolean;
            name?: components["schemas"]["Name"];
            role?: components["schemas"]["Role"];
        };
        /** A new account */
        UserCreate: {
            email: components["schemas"]["Email"];
            invitation?: components["schemas"]["MailedToken"];
            name?: components["schemas"]["Name"];
            password: components["schemas"]["NewPassword"];
        };
        /** Deleting the own account */
        UserDelete: {
            /** @description Left out by an account that has none: it needs a sign-in of the last ten minutes. */
            current_password?: components["schemas"]["Password"];
            /** @description One of them, of an account that has a second factor. */
            second_factor?: {
                code?: components["schemas"]["TotpCode"];
                /** @description The answer to the challenge of this ticket. */
                passkey?: {
                    answer: components["schemas"]["PasskeyAnswer"];
                    ticket: components["schemas"]["Ticket"];
                };
                recovery_code?: components["schemas"]["RecoveryCode"];
            };
        };
        /** A page of accounts */
        UserPage: {
            items: components["schemas"]["UserAdmin"][];
            next: components["schemas"]["Cursor"];
        };
        /** A merge patch of the own account */
        UserUpdate: {
            current_password?: components["schemas"]["Password"];
            digest?: components["schemas"]["Digest"];
            email?: components["schemas"]["Email"];
            language?: components["schemas"]["Language"];
            name?: components["schemas"]["Name"];
            /** @description One of them, of an account that has a second factor. */
            second_factor?: {
                code?: components["schemas"]["TotpCode"];
                /** @description The answer to the challenge of this ticket. */
                passkey?: {
                    answer: components["schemas"]["PasskeyAnswer"];
                    ticket: components["schemas"]["Ticket"];
                };
                recovery_code?: components["schemas"]["RecoveryCode"];
            };
            time_zone?: components["schemas"]["TimeZone"];
            week_start?: components["schemas"]["WeekStart"];
        };
        /** An account, version 1 */
        V1Account: {
            created_at: components["schemas"]["Timestamp"];
            /** @description An e-mail address as it was written. */
            email: string | null;
            email_verified: boolean;
            id: components["schemas"]["Id"];
            language: components["schemas"]["Language"];
            name: components["schemas"]["Name"];
            role: components["schemas"]["Role"];
            time_zone: components["schemas"]["TimeZone"];
            updated_at: components["schemas"]["Timestamp"];
            week_start: components["schemas"]["WeekStart"];
        };
        /** Signing in, version 1 */
        V1Auth: {
            email: string;
            password: components["schemas"]["Password"];
        };
        /** It was changed or deleted, version 1 */
        V1Changed: {
            /** @enum {string} */
            message: "record updated" | "record deleted" | "no record found";
            /** @enum {boolean} */
            ok: true;
        };
        /** A failure, version 1 */
        V1Failure: {
            /** @enum {string} */
            error?: "Not found";
            errors?: components["schemas"]["Violation"][];
            message: string;
            /** @enum {boolean} */
            ok: false;
        };
        /** The key that signs now, version 1 */
        V1PublicKey: {
            key: components["schemas"]["Jwk"];
        };
        /** Refreshing, version 1 */
        V1Refresh: {
            refresh_token: components["schemas"]["Token"];
        };
        /** A new account, version 1 */
        V1Register: {
            email: components["schemas"]["Email"];
            name?: components["schemas"]["Name"];
            password: components["schemas"]["NewPassword"];
        };
        /** A to-do, version 1 */
        V1Todo: {
            completed_at: components["schemas"]["MaybeTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            done: boolean;
            due: components["schemas"]["Due"];
            id: components["schemas"]["Id"];
            /** @description Any text. */
            notes: string;
            /** @description Sorts bytewise; made by the service. */
            position: string;
            priority: components["schemas"]["Priority"];
            tags: components["schemas"]["Tag"][];
            time_zone: components["schemas"]["TimeZone"];
            title: components["schemas"]["Title"];
            updated_at: components["schemas"]["Timestamp"];
            /** @description Rises with each change. */
            version: number;
        };
        /** A new to-do, version 1 */
        V1TodoCreate: {
            done?: boolean;
            due?: components["schemas"]["Due"];
            notes?: components["schemas"]["Notes"];
            priority?: components["schemas"]["Priority"];
            tags?: components["schemas"]["Tags"];
            time_zone?: components["schemas"]["TimeZone"];
            title: components["schemas"]["Title"];
        };
        /** A new to-do, version 1 */
        V1TodoCreated: {
            data: components["schemas"]["V1Todo"];
            /** @enum {string} */
            message: "record created";
            /** @enum {boolean} */
            ok: true;
        };
        /** Deleting a to-do, version 1 */
        V1TodoDelete: {
            id: components["schemas"]["Id"];
        };
        /** Changing a to-do, version 1 */
        V1TodoUpdate: {
            /** What */
            payload: {
                done?: boolean;
                due?: components["schemas"]["Due"];
                notes?: components["schemas"]["Notes"];
                priority?: components["schemas"]["Priority"];
                tags?: components["schemas"]["Tags"];
                time_zone?: components["schemas"]["TimeZone"];
                title?: components["schemas"]["Title"];
            };
            /** Which */
            query: {
                id: components["schemas"]["Id"];
            };
        };
        /** To-dos, version 1 */
        V1Todos: {
            /** @description A page, or the one to-do that `id` names. */
            data: components["schemas"]["V1Todo"] | components["schemas"]["V1Todo"][];
            /** @description The cursor of the next page, if there is one. */
            next?: string;
            /** @enum {boolean} */
            ok: true;
        };
        /** What a sign-in and a refresh answer, version 1 */
        V1Tokens: {
            data: {
                access_token: components["schemas"]["AccessToken"];
                email: string | null;
                expires_in: components["schemas"]["ExpiresIn"];
                id: components["schemas"]["Id"];
                name: components["schemas"]["Name"];
                refresh_token: components["schemas"]["Token"];
                role: components["schemas"]["Role"];
                token_type: components["schemas"]["TokenType"];
            };
            /** @enum {boolean} */
            ok: true;
        };
        /** A user, version 1 */
        V1User: {
            data: components["schemas"]["V1Account"];
            /** @enum {boolean} */
            ok: true;
        };
        /** A new account, by an administrator, version 1 */
        V1UserCreate: {
            email: components["schemas"]["Email"];
            name?: components["schemas"]["Name"];
            password: components["schemas"]["NewPassword"];
            role?: components["schemas"]["Role"];
        };
        /** A new user, version 1 */
        V1UserCreated: {
            data: components["schemas"]["V1Account"];
            /** @enum {string} */
            message: "User created successfully!";
            /** @enum {boolean} */
            ok: true;
        };
        /** Deleting an account, version 1 */
        V1UserDelete: {
            current_password?: components["schemas"]["Password"];
            email?: components["schemas"]["Email"];
            id?: components["schemas"]["Id"];
        } & (unknown | unknown);
        /** Changing an account, version 1 */
        V1UserUpdate: {
            /** What */
            payload: {
                current_password?: components["schemas"]["Password"];
                email?: components["schemas"]["Email"];
                name?: components["schemas"]["Name"];
                password?: components["schemas"]["NewPassword"];
            };
            /** Whose */
            query: {
                email?: components["schemas"]["Email"];
                id?: components["schemas"]["Id"];
            } & (unknown | unknown);
        };
        /** @description One thing that is wrong, and where. */
        Violation: {
            /** @description In words; never holds the value that was sent. */
            detail: string;
            /** @description The schema's keyword that was broken, or the name of the rule. */
            keyword: string;
            /** @description A JSON pointer into the body, `?name` for a query parameter, or the name of a header. */
            pointer: string;
            /** @description The address of the schema. */
            schema?: string;
        };
        /** @enum {string} */
        WeekStart: "monday" | "saturday" | "sunday";
    };
    responses: {
        /** @description The request cannot be read, or a parameter is wrong. */
        "oauth-400": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description Nobody is signed in, or the credentials are wrong. */
        "oauth-401": {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description This is not allowed. */
        "oauth-403": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description The body is too large. */
        "oauth-413": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description The body is of another media type. */
        "oauth-415": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description Too many requests. */
        "oauth-429": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description The service failed. */
        "oauth-500": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description The service cannot answer now. */
        "oauth-503": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OauthFailure"];
            };
        };
        /** @description The request cannot be read, or a parameter is wrong. */
        "problem-400": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Nobody is signed in, or the credentials are wrong. */
        "problem-401": {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This is not allowed. */
        "problem-403": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or it is somebody else's. */
        "problem-404": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It contradicts what is there. */
        "problem-409": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What changed since the cursor is not known any more. */
        "problem-410": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It has changed since it was read. */
        "problem-412": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        "problem-413": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is of another media type. */
        "problem-415": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body breaks its schema. */
        "problem-422": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests. */
        "problem-429": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service failed. */
        "problem-500": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service cannot answer now. */
        "problem-503": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request cannot be read, or a parameter is wrong. */
        "v1-400": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description Nobody is signed in, or the credentials are wrong. */
        "v1-401": {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description This is not allowed. */
        "v1-403": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description There is no such thing, or it is somebody else's. */
        "v1-404": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description It contradicts what is there. */
        "v1-409": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description The body is too large. */
        "v1-413": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description The body is of another media type. */
        "v1-415": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description Too many requests. */
        "v1-429": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description The service failed. */
        "v1-500": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
        /** @description The service cannot answer now. */
        "v1-503": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["V1Failure"];
            };
        };
    };
    parameters: {
        /** @description A request that is sent again under the same key within 24 hours is done once. */
        "header-Idempotency-Key": string;
        /** @description Only if the present version is one of these tags, or with `*` if there is one. */
        "header-If-Match": string;
        /** @description Only if it is not what one of these tags names: else 304. */
        "header-If-None-Match": string;
        /** @description The `id` of the last event that was read; it goes before `since`. */
        "header-Last-Event-ID": string;
        /** @description The last part of a calendar's address. */
        "path-address": string;
        /** @description What the device shows; case, spaces and the dash do not matter. */
        "path-code": string;
        /** @description The name of a file. */
        "path-file": string;
        /** @description The id of what is meant. */
        "path-id": string;
        /** @description The id of somebody whom the list is shared with. */
        "path-member": string;
        /** @description The name of a kind of problem. */
        "path-problem": string;
        /** @description The name of a provider that is configured. */
        "path-provider": string;
        /** @description The name of a schema's file. */
        "path-schema": string;
        /** @description The id of a session. */
        "path-session": string;
        /** @description Only what this user did: an id; or `operator`, `service`, `nobody`. */
        "query-actor": string;
        /** @description Whether the provider asks who it is even if it knows, so that a change which needs a recent sign-in can be made. */
        "query-again": boolean;
        /** @description From this moment on: RFC 3339 with an offset. */
        "query-audit_since": string;
        /** @description What tokens are fetched for. */
        "query-callback_code": string;
        /** @description `next` of the page before; for the same filters and the same sort only. */
        "query-cursor": string;
        /** @description Those in the trash instead of the others. */
        "query-deleted": boolean;
        /** @description Only those that are disabled, or that are not. */
        "query-disabled": boolean;
        /** @description Only those that are done, or that are not. */
        "query-done": boolean;
        /** @description Only tell what would be done. */
        "query-dry_run": boolean;
        /** @description `none`: only those without a due date. Or in the caller's time zone: `overdue` (before now, and not done), `today` (of this day), `upcoming` (from the next day on). */
        "query-due": "none" | "overdue" | "today" | "upcoming";
        /** @description Only those due at it or after. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
        "query-due_after": string;
        /** @description Only those due before it. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
        "query-due_before": string;
        /** @description The e-mail address of whom is meant. */
        "query-email": string;
        /** @description Why the provider lets nobody in. */
        "query-error": string;
        /** @description How the file is written: `json` or `csv`; an import knows `todoist`, too. */
        "query-format": "json" | "csv" | "todoist";
        /** @description The id of what is meant. */
        "query-id": string;
        /** @description Who the provider is (RFC 9207). */
        "query-iss": string;
        /** @description Only events of this kind; repeated, of any of these. */
        "query-kind": string[];
        /** @description How many at the most. */
        "query-limit": number;
        /** @description Only those in this list: its id, or `inbox`. */
        "query-list": string;
        /** @description Only the steps of this to-do: its id; or `none`, only those that are nobody's. */
        "query-parent": string;
        /** @description Only those of this priority. */
        "query-priority": "low" | "medium" | "high";
        /** @description Delete it for good, whether it is in the trash or not. */
        "query-purge": boolean;
        /** @description Words that title, notes or tags must have (at most ten), whatever their case and accents. */
        "query-q": string;
        /** @description The path of the page to return to; whatever is none of this service is the beginning. */
        "query-return_to": string;
        /** @description Only those with this role. */
        "query-role": "user" | "admin";
        /** @description A cursor that `/api/v2/changes` or `/api/v2/events` gave. */
        "query-since": string;
        /** @description Take the rest, if lines are refused. */
        "query-skip_refused": boolean;
        /** @description The order; `-` in front is descending. Those without a value stand last both ways. */
        "query-sort": "position" | "created" | "updated" | "due" | "priority" | "title" | "-position" | "-created" | "-updated" | "-due" | "-priority" | "-title";
        /** @description What the provider was given, as it was. */
        "query-state": string;
        /** @description Only what happened to this user. */
        "query-subject": string;
        /** @description Only those with this tag; repeated, all must match. */
        "query-tag": string[];
        /** @description What becomes of the to-dos of a list that is deleted: they go into the inbox, or into the trash. */
        "query-todos": "inbox" | "trash";
        /** @description Before this moment: RFC 3339 with an offset. */
        "query-until": string;
        /** @description Words that the name or the e-mail address must have parts of (at most ten), whatever their case and accents; or an id. */
        "query-users_q": string;
        /** @description Only those without a due date. */
        "query-v1_due": "none";
    };
    requestBodies: never;
    headers: {
        /** @description The name that the file has. */
        "Content-Disposition": string;
        /** @description The version and a hash of the representation. */
        ETag: string;
        /** @description `true` if this was answered before, under the same key. */
        "Idempotency-Replayed": string;
        /** @description The next page (`rel="next"`), if there is one. */
        Link: string;
        /** @description The path of what was made; or where it goes on. */
        Location: string;
        /** @description So many seconds later it may be tried again. */
        "Retry-After": number;
        /** @description The refresh token, where it travels in a cookie; what binds a sign-in at a provider to the browser. */
        "Set-Cookie": string;
        /** @description What is needed (RFC 6750). */
        "WWW-Authenticate": string;
        /** @description What the log has the request under. */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type AccessToken = components['schemas']['AccessToken'];
export type ApiToken = components['schemas']['ApiToken'];
export type ApiTokenCreate = components['schemas']['ApiTokenCreate'];
export type ApiTokenList = components['schemas']['ApiTokenList'];
export type ApiTokenMade = components['schemas']['ApiTokenMade'];
export type AuditEvent = components['schemas']['AuditEvent'];
export type AuditPage = components['schemas']['AuditPage'];
export type Calendar = components['schemas']['Calendar'];
export type CalendarAddress = components['schemas']['CalendarAddress'];
export type Change = components['schemas']['Change'];
export type ChangeList = components['schemas']['ChangeList'];
export type ChangePage = components['schemas']['ChangePage'];
export type Color = components['schemas']['Color'];
export type Cursor = components['schemas']['Cursor'];
export type DeviceAnswer = components['schemas']['DeviceAnswer'];
export type DeviceRequest = components['schemas']['DeviceRequest'];
export type Digest = components['schemas']['Digest'];
export type Due = components['schemas']['Due'];
export type Email = components['schemas']['Email'];
export type EmailVerification = components['schemas']['EmailVerification'];
export type ExpiresIn = components['schemas']['ExpiresIn'];
export type Export = components['schemas']['Export'];
export type Factors = components['schemas']['Factors'];
export type FreshCheck = components['schemas']['FreshCheck'];
export type Health = components['schemas']['Health'];
export type Id = components['schemas']['Id'];
export type Import = components['schemas']['Import'];
export type ImportReport = components['schemas']['ImportReport'];
export type Invitation = components['schemas']['Invitation'];
export type InvitationCreate = components['schemas']['InvitationCreate'];
export type InvitationList = components['schemas']['InvitationList'];
export type Jwk = components['schemas']['Jwk'];
export type JwkSet = components['schemas']['JwkSet'];
export type Language = components['schemas']['Language'];
export type LinkedProviderList = components['schemas']['LinkedProviderList'];
export type List = components['schemas']['List'];
export type ListCreate = components['schemas']['ListCreate'];
export type ListId = components['schemas']['ListId'];
export type ListMember = components['schemas']['ListMember'];
export type ListMemberPage = components['schemas']['ListMemberPage'];
export type ListMemberUpdate = components['schemas']['ListMemberUpdate'];
export type ListMove = components['schemas']['ListMove'];
export type ListName = components['schemas']['ListName'];
export type ListPage = components['schemas']['ListPage'];
export type ListRole = components['schemas']['ListRole'];
export type ListShare = components['schemas']['ListShare'];
export type ListStanding = components['schemas']['ListStanding'];
export type ListUpdate = components['schemas']['ListUpdate'];
export type MailedToken = components['schemas']['MailedToken'];
export type MaybeTimestamp = components['schemas']['MaybeTimestamp'];
export type Name = components['schemas']['Name'];
export type NewPassword = components['schemas']['NewPassword'];
export type Notes = components['schemas']['Notes'];
export type OauthDevice = components['schemas']['OauthDevice'];
export type OauthDeviceBegun = components['schemas']['OauthDeviceBegun'];
export type OauthFailure = components['schemas']['OauthFailure'];
export type OauthIntrospect = components['schemas']['OauthIntrospect'];
export type OauthMetadata = components['schemas']['OauthMetadata'];
export type OauthRevoke = components['schemas']['OauthRevoke'];
export type OauthToken = components['schemas']['OauthToken'];
export type OauthTokens = components['schemas']['OauthTokens'];
export type OauthWorth = components['schemas']['OauthWorth'];
export type Open = components['schemas']['Open'];
export type ParentId = components['schemas']['ParentId'];
export type Passkey = components['schemas']['Passkey'];
export type PasskeyAnswer = components['schemas']['PasskeyAnswer'];
export type PasskeyCreate = components['schemas']['PasskeyCreate'];
export type PasskeyMade = components['schemas']['PasskeyMade'];
export type PasskeyOptions = components['schemas']['PasskeyOptions'];
export type PasskeyUpdate = components['schemas']['PasskeyUpdate'];
export type Password = components['schemas']['Password'];
export type PasswordChange = components['schemas']['PasswordChange'];
export type PasswordReset = components['schemas']['PasswordReset'];
export type PasswordResetRequest = components['schemas']['PasswordResetRequest'];
export type Priority = components['schemas']['Priority'];
export type Problem = components['schemas']['Problem'];
export type Progress = components['schemas']['Progress'];
export type ProviderLink = components['schemas']['ProviderLink'];
export type ProviderList = components['schemas']['ProviderList'];
export type Readiness = components['schemas']['Readiness'];
export type RecoveryCode = components['schemas']['RecoveryCode'];
export type RecoveryCodes = components['schemas']['RecoveryCodes'];
export type Recurrence = components['schemas']['Recurrence'];
export type RecursFrom = components['schemas']['RecursFrom'];
export type Reminder = components['schemas']['Reminder'];
export type Role = components['schemas']['Role'];
export type SecondFactorAsked = components['schemas']['SecondFactorAsked'];
export type Session = components['schemas']['Session'];
export type SessionCreate = components['schemas']['SessionCreate'];
export type SessionList = components['schemas']['SessionList'];
export type SessionPasskey = components['schemas']['SessionPasskey'];
export type SessionRefresh = components['schemas']['SessionRefresh'];
export type SessionSecondFactor = components['schemas']['SessionSecondFactor'];
export type SignedIn = components['schemas']['SignedIn'];
export type Tag = components['schemas']['Tag'];
export type Tags = components['schemas']['Tags'];
export type Ticket = components['schemas']['Ticket'];
export type TimeZone = components['schemas']['TimeZone'];
export type Timestamp = components['schemas']['Timestamp'];
export type Title = components['schemas']['Title'];
export type Todo = components['schemas']['Todo'];
export type TodoBatch = components['schemas']['TodoBatch'];
export type TodoBatchResult = components['schemas']['TodoBatchResult'];
export type TodoCreate = components['schemas']['TodoCreate'];
export type TodoMove = components['schemas']['TodoMove'];
export type TodoPage = components['schemas']['TodoPage'];
export type TodoUpdate = components['schemas']['TodoUpdate'];
export type Token = components['schemas']['Token'];
export type TokenType = components['schemas']['TokenType'];
export type TotpCode = components['schemas']['TotpCode'];
export type TotpConfirm = components['schemas']['TotpConfirm'];
export type TotpMade = components['schemas']['TotpMade'];
export type User = components['schemas']['User'];
export type UserAdmin = components['schemas']['UserAdmin'];
export type UserAdminUpdate = components['schemas']['UserAdminUpdate'];
export type UserCreate = components['schemas']['UserCreate'];
export type UserDelete = components['schemas']['UserDelete'];
export type UserPage = components['schemas']['UserPage'];
export type UserUpdate = components['schemas']['UserUpdate'];
export type V1Account = components['schemas']['V1Account'];
export type V1Auth = components['schemas']['V1Auth'];
export type V1Changed = components['schemas']['V1Changed'];
export type V1Failure = components['schemas']['V1Failure'];
export type V1PublicKey = components['schemas']['V1PublicKey'];
export type V1Refresh = components['schemas']['V1Refresh'];
export type V1Register = components['schemas']['V1Register'];
export type V1Todo = components['schemas']['V1Todo'];
export type V1TodoCreate = components['schemas']['V1TodoCreate'];
export type V1TodoCreated = components['schemas']['V1TodoCreated'];
export type V1TodoDelete = components['schemas']['V1TodoDelete'];
export type V1TodoUpdate = components['schemas']['V1TodoUpdate'];
export type V1Todos = components['schemas']['V1Todos'];
export type V1Tokens = components['schemas']['V1Tokens'];
export type V1User = components['schemas']['V1User'];
export type V1UserCreate = components['schemas']['V1UserCreate'];
export type V1UserCreated = components['schemas']['V1UserCreated'];
export type V1UserDelete = components['schemas']['V1UserDelete'];
export type V1UserUpdate = components['schemas']['V1UserUpdate'];
export type Violation = components['schemas']['Violation'];
export type WeekStart = components['schemas']['WeekStart'];
export type ResponseOauth_400 = components['responses']['oauth-400'];
export type ResponseOauth_401 = components['responses']['oauth-401'];
export type ResponseOauth_403 = components['responses']['oauth-403'];
export type ResponseOauth_413 = components['responses']['oauth-413'];
export type ResponseOauth_415 = components['responses']['oauth-415'];
export type ResponseOauth_429 = components['responses']['oauth-429'];
export type ResponseOauth_500 = components['responses']['oauth-500'];
export type ResponseOauth_503 = components['responses']['oauth-503'];
export type ResponseProblem_400 = components['responses']['problem-400'];
export type ResponseProblem_401 = components['responses']['problem-401'];
export type ResponseProblem_403 = components['responses']['problem-403'];
export type ResponseProblem_404 = components['responses']['problem-404'];
export type ResponseProblem_409 = components['responses']['problem-409'];
export type ResponseProblem_410 = components['responses']['problem-410'];
export type ResponseProblem_412 = components['responses']['problem-412'];
export type ResponseProblem_413 = components['responses']['problem-413'];
export type ResponseProblem_415 = components['responses']['problem-415'];
export type ResponseProblem_422 = components['responses']['problem-422'];
export type ResponseProblem_429 = components['responses']['problem-429'];
export type ResponseProblem_500 = components['responses']['problem-500'];
export type ResponseProblem_503 = components['responses']['problem-503'];
export type ResponseV1_400 = components['responses']['v1-400'];
export type ResponseV1_401 = components['responses']['v1-401'];
export type ResponseV1_403 = components['responses']['v1-403'];
export type ResponseV1_404 = components['responses']['v1-404'];
export type ResponseV1_409 = components['responses']['v1-409'];
export type ResponseV1_413 = components['responses']['v1-413'];
export type ResponseV1_415 = components['responses']['v1-415'];
export type ResponseV1_429 = components['responses']['v1-429'];
export type ResponseV1_500 = components['responses']['v1-500'];
export type ResponseV1_503 = components['responses']['v1-503'];
export type ParameterHeaderIdempotencyKey = components['parameters']['header-Idempotency-Key'];
export type ParameterHeaderIfMatch = components['parameters']['header-If-Match'];
export type ParameterHeaderIfNoneMatch = components['parameters']['header-If-None-Match'];
export type ParameterHeaderLastEventId = components['parameters']['header-Last-Event-ID'];
export type ParameterPathAddress = components['parameters']['path-address'];
export type ParameterPathCode = components['parameters']['path-code'];
export type ParameterPathFile = components['parameters']['path-file'];
export type ParameterPathId = components['parameters']['path-id'];
export type ParameterPathMember = components['parameters']['path-member'];
export type ParameterPathProblem = components['parameters']['path-problem'];
export type ParameterPathProvider = components['parameters']['path-provider'];
export type ParameterPathSchema = components['parameters']['path-schema'];
export type ParameterPathSession = components['parameters']['path-session'];
export type ParameterQueryActor = components['parameters']['query-actor'];
export type ParameterQueryAgain = components['parameters']['query-again'];
export type ParameterQueryAuditSince = components['parameters']['query-audit_since'];
export type ParameterQueryCallbackCode = components['parameters']['query-callback_code'];
export type ParameterQueryCursor = components['parameters']['query-cursor'];
export type ParameterQueryDeleted = components['parameters']['query-deleted'];
export type ParameterQueryDisabled = components['parameters']['query-disabled'];
export type ParameterQueryDone = components['parameters']['query-done'];
export type ParameterQueryDryRun = components['parameters']['query-dry_run'];
export type ParameterQueryDue = components['parameters']['query-due'];
export type ParameterQueryDueAfter = components['parameters']['query-due_after'];
export type ParameterQueryDueBefore = components['parameters']['query-due_before'];
export type ParameterQueryEmail = components['parameters']['query-email'];
export type ParameterQueryError = components['parameters']['query-error'];
export type ParameterQueryFormat = components['parameters']['query-format'];
export type ParameterQueryId = components['parameters']['query-id'];
export type ParameterQueryIss = components['parameters']['query-iss'];
export type ParameterQueryKind = components['parameters']['query-kind'];
export type ParameterQueryLimit = components['parameters']['query-limit'];
export type ParameterQueryList = components['parameters']['query-list'];
export type ParameterQueryParent = components['parameters']['query-parent'];
export type ParameterQueryPriority = components['parameters']['query-priority'];
export type ParameterQueryPurge = components['parameters']['query-purge'];
export type ParameterQueryQ = components['parameters']['query-q'];
export type ParameterQueryReturnTo = components['parameters']['query-return_to'];
export type ParameterQueryRole = components['parameters']['query-role'];
export type ParameterQuerySince = components['parameters']['query-since'];
export type ParameterQuerySkipRefused = components['parameters']['query-skip_refused'];
export type ParameterQuerySort = components['parameters']['query-sort'];
export type ParameterQueryState = components['parameters']['query-state'];
export type ParameterQuerySubject = components['parameters']['query-subject'];
export type ParameterQueryTag = components['parameters']['query-tag'];
export type ParameterQueryTodos = components['parameters']['query-todos'];
export type ParameterQueryUntil = components['parameters']['query-until'];
export type ParameterQueryUsersQ = components['parameters']['query-users_q'];
export type ParameterQueryV1Due = components['parameters']['query-v1_due'];
export type HeaderContentDisposition = components['headers']['Content-Disposition'];
export type HeaderETag = components['headers']['ETag'];
export type HeaderIdempotencyReplayed = components['headers']['Idempotency-Replayed'];
export type HeaderLink = components['headers']['Link'];
export type HeaderLocation = components['headers']['Location'];
export type HeaderRetryAfter = components['headers']['Retry-After'];
export type HeaderSetCookie = components['headers']['Set-Cookie'];
export type HeaderWwwAuthenticate = components['headers']['WWW-Authenticate'];
export type HeaderXRequestId = components['headers']['X-Request-Id'];
export type $defs = Record<string, never>;
export interface operations {
    get_well_known_jwks_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/jwk-set+json": components["schemas"]["JwkSet"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_well_known_oauth_authorization_server: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthMetadata"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v1_auth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1Auth"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Tokens"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_api_v1_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1Auth"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Tokens"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_api_v1_public_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1PublicKey"];
                };
            };
            400: components["responses"]["v1-400"];
            403: components["responses"]["v1-403"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_api_v1_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["V1Refresh"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Tokens"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_api_v1_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1Register"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1UserCreated"];
                };
            };
            400: components["responses"]["v1-400"];
            403: components["responses"]["v1-403"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_api_v1_todo: {
        parameters: {
            query?: {
                /** @description The id of what is meant. */
                id?: components["parameters"]["query-id"];
                /** @description Only those that are done, or that are not. */
                done?: components["parameters"]["query-done"];
                /** @description Only those with this tag; repeated, all must match. */
                tag?: components["parameters"]["query-tag"];
                /** @description Only those of this priority. */
                priority?: components["parameters"]["query-priority"];
                /** @description Only those without a due date. */
                due?: components["parameters"]["query-v1_due"];
                /** @description Only those due before it. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
                due_before?: components["parameters"]["query-due_before"];
                /** @description Only those due at it or after. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
                due_after?: components["parameters"]["query-due_after"];
                /** @description Words that title, notes or tags must have (at most ten), whatever their case and accents. */
                q?: components["parameters"]["query-q"];
                /** @description The order; `-` in front is descending. Those without a value stand last both ways. */
                sort?: components["parameters"]["query-sort"];
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
                /** @description `next` of the page before; for the same filters and the same sort only. */
                cursor?: components["parameters"]["query-cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Todos"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_api_v1_todo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1TodoCreate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1TodoCreated"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    delete_api_v1_todo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1TodoDelete"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    patch_api_v1_todo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1TodoUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_api_v1_user: {
        parameters: {
            query?: {
                /** @description The id of what is meant. */
                id?: components["parameters"]["query-id"];
                /** @description The e-mail address of whom is meant. */
                email?: components["parameters"]["query-email"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1User"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_api_v1_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1UserCreate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1UserCreated"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    delete_api_v1_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1UserDelete"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    patch_api_v1_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1UserUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_api_v2_audit: {
        parameters: {
            query?: {
                /** @description Only what this user did: an id; or `operator`, `service`, `nobody`. */
                actor?: components["parameters"]["query-actor"];
                /** @description Only what happened to this user. */
                subject?: components["parameters"]["query-subject"];
                /** @description Only events of this kind; repeated, of any of these. */
                kind?: components["parameters"]["query-kind"];
                /** @description From this moment on: RFC 3339 with an offset. */
                since?: components["parameters"]["query-audit_since"];
                /** @description Before this moment: RFC 3339 with an offset. */
                until?: components["parameters"]["query-until"];
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
                /** @description `next` of the page before; for the same filters and the same sort only. */
                cursor?: components["parameters"]["query-cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_calendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calendar"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_calendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarAddress"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_calendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_changes: {
        parameters: {
            query?: {
                /** @description A cursor that `/api/v2/changes` or `/api/v2/events` gave. */
                since?: components["parameters"]["query-since"];
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            410: components["responses"]["problem-410"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_device_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What the device shows; case, spaces and the dash do not matter. */
                code: components["parameters"]["path-code"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceRequest"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_device_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What the device shows; case, spaces and the dash do not matter. */
                code: components["parameters"]["path-code"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceAnswer"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_email_verifications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailVerification"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_events: {
        parameters: {
            query?: {
                /** @description A cursor that `/api/v2/changes` or `/api/v2/events` gave. */
                since?: components["parameters"]["query-since"];
            };
            header?: {
                /** @description The `id` of the last event that was read; it goes before `since`. */
                "Last-Event-ID"?: components["parameters"]["header-Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_export: {
        parameters: {
            query?: {
                /** @description How the file is written: `json` or `csv`; an import knows `todoist`, too. */
                format?: components["parameters"]["query-format"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                    "text/csv; charset=utf-8": string;
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_import: {
        parameters: {
            query?: {
                /** @description How the file is written: `json` or `csv`; an import knows `todoist`, too. */
                format?: components["parameters"]["query-format"];
                /** @description Only tell what would be done. */
                dry_run?: components["parameters"]["query-dry_run"];
                /** @description Take the rest, if lines are refused. */
                skip_refused?: components["parameters"]["query-skip_refused"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Import"];
                "text/csv": string;
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_invitations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_lists: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListPage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_lists: {
        parameters: {
            query?: never;
            header?: {
                /** @description A request that is sent again under the same key within 24 hours is done once. */
                "Idempotency-Key"?: components["parameters"]["header-Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_lists_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is not what one of these tags names: else 304. */
                "If-None-Match"?: components["parameters"]["header-If-None-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            /** @description It is what you have. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_lists_id: {
        parameters: {
            query: {
                /** @description What becomes of the to-dos of a list that is deleted: they go into the inbox, or into the trash. */
                todos: components["parameters"]["query-todos"];
            };
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            412: components["responses"]["problem-412"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    patch_api_v2_lists_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListUpdate"];
                "application/merge-patch+json": components["schemas"]["ListUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            412: components["responses"]["problem-412"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_lists_id_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListMemberPage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_lists_id_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListShare"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListMember"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_lists_id_members_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
                /** @description The id of somebody whom the list is shared with. */
                member: components["parameters"]["path-member"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    patch_api_v2_lists_id_members_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
                /** @description The id of somebody whom the list is shared with. */
                member: components["parameters"]["path-member"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListMemberUpdate"];
                "application/merge-patch+json": components["schemas"]["ListMemberUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListMember"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_lists_id_move: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListMove"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            412: components["responses"]["problem-412"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_password_resets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetRequest"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_password_resets_complete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderList"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_providers_provider_link: {
        parameters: {
            query?: {
                /** @description The path of the page to return to; whatever is none of this service is the beginning. */
                return_to?: components["parameters"]["query-return_to"];
            };
            header?: never;
            path: {
                /** @description The name of a provider that is configured. */
                provider: components["parameters"]["path-provider"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderLink"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description Something more has to be shown. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactorAsked"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_sessions_current: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_sessions_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionPasskey"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_sessions_passkey_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_sessions_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionRefresh"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_sessions_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionSecondFactor"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_sessions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_todos: {
        parameters: {
            query?: {
                /** @description Only those that are done, or that are not. */
                done?: components["parameters"]["query-done"];
                /** @description Only those in this list: its id, or `inbox`. */
                list?: components["parameters"]["query-list"];
                /** @description Only the steps of this to-do: its id; or `none`, only those that are nobody's. */
                parent?: components["parameters"]["query-parent"];
                /** @description Those in the trash instead of the others. */
                deleted?: components["parameters"]["query-deleted"];
                /** @description Only those with this tag; repeated, all must match. */
                tag?: components["parameters"]["query-tag"];
                /** @description Only those of this priority. */
                priority?: components["parameters"]["query-priority"];
                /** @description `none`: only those without a due date. Or in the caller's time zone: `overdue` (before now, and not done), `today` (of this day), `upcoming` (from the next day on). */
                due?: components["parameters"]["query-due"];
                /** @description Only those due before it. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
                due_before?: components["parameters"]["query-due_before"];
                /** @description Only those due at it or after. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
                due_after?: components["parameters"]["query-due_after"];
                /** @description Words that title, notes or tags must have (at most ten), whatever their case and accents. */
                q?: components["parameters"]["query-q"];
                /** @description The order; `-` in front is descending. Those without a value stand last both ways. */
                sort?: components["parameters"]["query-sort"];
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
                /** @description `next` of the page before; for the same filters and the same sort only. */
                cursor?: components["parameters"]["query-cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TodoPage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_todos: {
        parameters: {
            query?: never;
            header?: {
                /** @description A request that is sent again under the same key within 24 hours is done once. */
                "Idempotency-Key"?: components["parameters"]["header-Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TodoCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_todos_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A request that is sent again under the same key within 24 hours is done once. */
                "Idempotency-Key"?: components["parameters"]["header-Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TodoBatch"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TodoBatchResult"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_todos_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is not what one of these tags names: else 304. */
                "If-None-Match"?: components["parameters"]["header-If-None-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Todo"];
                };
            };
            /** @description It is what you have. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_todos_id: {
        parameters: {
            query?: {
                /** @description Delete it for good, whether it is in the trash or not. */
                purge?: components["parameters"]["query-purge"];
            };
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            412: components["responses"]["problem-412"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    patch_api_v2_todos_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TodoUpdate"];
                "application/merge-patch+json": components["schemas"]["TodoUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            412: components["responses"]["problem-412"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_todos_id_move: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TodoMove"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            412: components["responses"]["problem-412"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_todos_id_restore: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            412: components["responses"]["problem-412"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenList"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiTokenCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenMade"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_tokens_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_trash: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users: {
        parameters: {
            query?: {
                /** @description Words that the name or the e-mail address must have parts of (at most ten), whatever their case and accents; or an id. */
                q?: components["parameters"]["query-users_q"];
                /** @description Only those with this role. */
                role?: components["parameters"]["query-role"];
                /** @description Only those that are disabled, or that are not. */
                disabled?: components["parameters"]["query-disabled"];
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
                /** @description `next` of the page before; for the same filters and the same sort only. */
                cursor?: components["parameters"]["query-cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserDelete"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    patch_api_v2_users_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserUpdate"];
                "application/merge-patch+json": components["schemas"]["UserUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users_me_audit: {
        parameters: {
            query?: {
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
                /** @description `next` of the page before; for the same filters and the same sort only. */
                cursor?: components["parameters"]["query-cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users_me_factors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Factors"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_factors_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreshCheck"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_factors_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreshCheck"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpMade"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_me_factors_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreshCheck"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_factors_totp_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpConfirm"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyCreate"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyMade"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_passkeys_challenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_passkeys_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreshCheck"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_me_passkeys_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreshCheck"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    patch_api_v2_users_me_passkeys_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyUpdate"];
                "application/merge-patch+json": components["schemas"]["PasskeyUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users_me_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkedProviderList"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_me_providers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreshCheck"];
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_api_v2_users_me_verification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            409: components["responses"]["problem-409"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserAdmin"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    patch_api_v2_users_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the present version is one of these tags, or with `*` if there is one. */
                "If-Match"?: components["parameters"]["header-If-Match"];
            };
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserAdminUpdate"];
                "application/merge-patch+json": components["schemas"]["UserAdminUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserAdmin"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            409: components["responses"]["problem-409"];
            412: components["responses"]["problem-412"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            422: components["responses"]["problem-422"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_api_v2_users_id_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_id_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    delete_api_v2_users_id_sessions_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of what is meant. */
                id: components["parameters"]["path-id"];
                /** @description The id of a session. */
                session: components["parameters"]["path-session"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_auth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1Auth"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Tokens"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_calendar_address: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is not what one of these tags names: else 304. */
                "If-None-Match"?: components["parameters"]["header-If-None-Match"];
            };
            path: {
                /** @description The last part of a calendar's address. */
                address: components["parameters"]["path-address"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar; charset=utf-8": string;
                };
            };
            /** @description It is what you have. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_callback: {
        parameters: {
            query?: {
                /** @description What the provider was given, as it was. */
                state?: components["parameters"]["query-state"];
                /** @description What tokens are fetched for. */
                code?: components["parameters"]["query-callback_code"];
                /** @description Who the provider is (RFC 9207). */
                iss?: components["parameters"]["query-iss"];
                /** @description Why the provider lets nobody in. */
                error?: components["parameters"]["query-error"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a parameter is wrong. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description This is not allowed. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description It contradicts what is there. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description Too many requests. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service failed. */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
        };
    };
    post_callback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    code?: string;
                    error?: string;
                    iss?: string;
                    state?: string;
                };
            };
        };
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a parameter is wrong. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description This is not allowed. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description It contradicts what is there. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            /** @description Too many requests. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service failed. */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
        };
    };
    get_callback_provider: {
        parameters: {
            query?: {
                /** @description What the provider was given, as it was. */
                state?: components["parameters"]["query-state"];
                /** @description What tokens are fetched for. */
                code?: components["parameters"]["query-callback_code"];
                /** @description Who the provider is (RFC 9207). */
                iss?: components["parameters"]["query-iss"];
                /** @description Why the provider lets nobody in. */
                error?: components["parameters"]["query-error"];
            };
            header?: never;
            path: {
                /** @description The name of a provider that is configured. */
                provider: components["parameters"]["path-provider"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a parameter is wrong. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description This is not allowed. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            404: components["responses"]["problem-404"];
            /** @description It contradicts what is there. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description Too many requests. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service failed. */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
        };
    };
    post_callback_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a provider that is configured. */
                provider: components["parameters"]["path-provider"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    code?: string;
                    error?: string;
                    iss?: string;
                    state?: string;
                };
            };
        };
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a parameter is wrong. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description This is not allowed. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            404: components["responses"]["problem-404"];
            /** @description It contradicts what is there. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            /** @description Too many requests. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service failed. */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html; charset=utf-8": string;
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_docs_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a file. */
                file: components["parameters"]["path-file"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            500: components["responses"]["problem-500"];
        };
    };
    get_login: {
        parameters: {
            query?: {
                /** @description The path of the page to return to; whatever is none of this service is the beginning. */
                return_to?: components["parameters"]["query-return_to"];
                /** @description Whether the provider asks who it is even if it knows, so that a change which needs a recent sign-in can be made. */
                again?: components["parameters"]["query-again"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
        };
    };
    post_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1Auth"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Tokens"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_login_provider: {
        parameters: {
            query?: {
                /** @description The path of the page to return to; whatever is none of this service is the beginning. */
                return_to?: components["parameters"]["query-return_to"];
                /** @description Whether the provider asks who it is even if it knows, so that a change which needs a recent sign-in can be made. */
                again?: components["parameters"]["query-again"];
            };
            header?: never;
            path: {
                /** @description The name of a provider that is configured. */
                provider: components["parameters"]["path-provider"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html; charset=utf-8": string;
                };
            };
        };
    };
    get_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on at the address in `Location`. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_logout_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a provider that is configured. */
                provider: components["parameters"]["path-provider"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    logout_token?: string;
                };
            };
        };
        responses: {
            /** @description It was done; there is nothing to tell. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            413: components["responses"]["problem-413"];
            415: components["responses"]["problem-415"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain; version=0.0.4; charset=utf-8": string;
                };
            };
            400: components["responses"]["problem-400"];
            401: components["responses"]["problem-401"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    post_oauth_device_authorization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["OauthDevice"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthDeviceBegun"];
                };
            };
            400: components["responses"]["oauth-400"];
            401: components["responses"]["oauth-401"];
            403: components["responses"]["oauth-403"];
            413: components["responses"]["oauth-413"];
            415: components["responses"]["oauth-415"];
            429: components["responses"]["oauth-429"];
            500: components["responses"]["oauth-500"];
            503: components["responses"]["oauth-503"];
        };
    };
    post_oauth_introspect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["OauthIntrospect"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthWorth"];
                };
            };
            400: components["responses"]["oauth-400"];
            401: components["responses"]["oauth-401"];
            403: components["responses"]["oauth-403"];
            413: components["responses"]["oauth-413"];
            415: components["responses"]["oauth-415"];
            429: components["responses"]["oauth-429"];
            500: components["responses"]["oauth-500"];
            503: components["responses"]["oauth-503"];
        };
    };
    post_oauth_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["OauthRevoke"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["oauth-400"];
            401: components["responses"]["oauth-401"];
            403: components["responses"]["oauth-403"];
            413: components["responses"]["oauth-413"];
            415: components["responses"]["oauth-415"];
            429: components["responses"]["oauth-429"];
            500: components["responses"]["oauth-500"];
            503: components["responses"]["oauth-503"];
        };
    };
    post_oauth_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["OauthToken"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthTokens"];
                };
            };
            400: components["responses"]["oauth-400"];
            401: components["responses"]["oauth-401"];
            403: components["responses"]["oauth-403"];
            413: components["responses"]["oauth-413"];
            415: components["responses"]["oauth-415"];
            429: components["responses"]["oauth-429"];
            500: components["responses"]["oauth-500"];
            503: components["responses"]["oauth-503"];
        };
    };
    get_problems_problem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a kind of problem. */
                problem: components["parameters"]["path-problem"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html; charset=utf-8": string;
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_public_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1PublicKey"];
                };
            };
            400: components["responses"]["v1-400"];
            403: components["responses"]["v1-403"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            500: components["responses"]["problem-500"];
            /** @description The service cannot answer now. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    post_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["V1Refresh"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Tokens"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1Register"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1UserCreated"];
                };
            };
            400: components["responses"]["v1-400"];
            403: components["responses"]["v1-403"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_schemas_schema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a schema's file. */
                schema: components["parameters"]["path-schema"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": Record<string, never>;
                };
            };
            400: components["responses"]["problem-400"];
            403: components["responses"]["problem-403"];
            404: components["responses"]["problem-404"];
            429: components["responses"]["problem-429"];
            500: components["responses"]["problem-500"];
            503: components["responses"]["problem-503"];
        };
    };
    get_todo: {
        parameters: {
            query?: {
                /** @description The id of what is meant. */
                id?: components["parameters"]["query-id"];
                /** @description Only those that are done, or that are not. */
                done?: components["parameters"]["query-done"];
                /** @description Only those with this tag; repeated, all must match. */
                tag?: components["parameters"]["query-tag"];
                /** @description Only those of this priority. */
                priority?: components["parameters"]["query-priority"];
                /** @description Only those without a due date. */
                due?: components["parameters"]["query-v1_due"];
                /** @description Only those due before it. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
                due_before?: components["parameters"]["query-due_before"];
                /** @description Only those due at it or after. A day (YYYY-MM-DD) in the caller's time zone, or RFC 3339 with an offset. */
                due_after?: components["parameters"]["query-due_after"];
                /** @description Words that title, notes or tags must have (at most ten), whatever their case and accents. */
                q?: components["parameters"]["query-q"];
                /** @description The order; `-` in front is descending. Those without a value stand last both ways. */
                sort?: components["parameters"]["query-sort"];
                /** @description How many at the most. */
                limit?: components["parameters"]["query-limit"];
                /** @description `next` of the page before; for the same filters and the same sort only. */
                cursor?: components["parameters"]["query-cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Todos"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_todo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1TodoCreate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1TodoCreated"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    delete_todo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1TodoDelete"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    patch_todo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1TodoUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    get_user: {
        parameters: {
            query?: {
                /** @description The id of what is meant. */
                id?: components["parameters"]["query-id"];
                /** @description The e-mail address of whom is meant. */
                email?: components["parameters"]["query-email"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1User"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    post_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1UserCreate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1UserCreated"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1UserDelete"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
    patch_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["V1UserUpdate"];
            };
        };
        responses: {
            /** @description It is so. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1Changed"];
                };
            };
            400: components["responses"]["v1-400"];
            401: components["responses"]["v1-401"];
            403: components["responses"]["v1-403"];
            404: components["responses"]["v1-404"];
            409: components["responses"]["v1-409"];
            413: components["responses"]["v1-413"];
            415: components["responses"]["v1-415"];
            429: components["responses"]["v1-429"];
            500: components["responses"]["v1-500"];
            503: components["responses"]["v1-503"];
        };
    };
}
