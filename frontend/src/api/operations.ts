// What the generated types say of one call: which paths there are, what goes along, what comes back.
import type {
  IsOperationRequestBodyOptional,
  OperationRequestBodyContent,
  PathsWithMethod,
  RequiredKeysOf,
  SuccessResponseJSON,
} from "openapi-typescript-helpers";
import type { paths } from "./schema.d.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The paths that have this method, with their parameters in braces. */
export type Path<M extends Method> = PathsWithMethod<paths, Lowercase<M>>;

type Operation<M extends Method, P extends Path<M>> =
  paths[P] extends Record<Lowercase<M>, infer O extends object> ? O : never;

/** What a call answers when it succeeds; undefined if that is nothing. */
export type Answer<M extends Method, P extends Path<M>> = SuccessResponseJSON<Operation<M, P>>;

/** What goes along with a call, left out if the operation needs none of it. */
export type Arguments<M extends Method, P extends Path<M>> =
  RequiredKeysOf<Sent<Operation<M, P>>> extends never
    ? [options?: Options & Sent<Operation<M, P>>]
    : [options: Options & Sent<Operation<M, P>>];

export interface Options {
  /** Sends the access token and, at a 401, renews it and tries once more. Default: true. */
  authenticated?: boolean;
  signal?: AbortSignal;
}

type Sent<O> = PathParameters<O> & QueryParameters<O> & Body<O>;

type PathParameters<O> = O extends { parameters: { path: infer T } }
  ? { path: T }
  : { path?: never };

type QueryParameters<O> = O extends { parameters: { query?: infer T } }
  ? { query?: [NonNullable<T>] extends [never] ? never : OrUndefined<NonNullable<T>> }
  : { query?: never };

type OrUndefined<T> = { [K in keyof T]: T[K] | undefined };

type Body<O> = [NonNullable<OperationRequestBodyContent<O>>] extends [never]
  ? { body?: never }
  : IsOperationRequestBodyOptional<O> extends true
    ? { body?: NonNullable<OperationRequestBodyContent<O>> }
    : { body: OperationRequestBodyContent<O> };
