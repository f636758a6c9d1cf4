// What the service sends and takes, as far as this app uses it (docs/API.md, version 2).

export interface User {
  id: string;
  /** "" when none was given. */
  name: string;
  email: string;
  role: string;
}

/** The answer to a sign-in and to a refresh with the cookie transport. */
export interface SignedIn {
  access_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  user: User;
}

export type Priority = "low" | "medium" | "high";

export interface Todo {
  id: string;
  title: string;
  done: boolean;
  /** `YYYY-MM-DD`, or RFC 3339 with an offset. */
  due: string | null;
  priority: Priority | null;
  /** Opaque, sorts bytewise. */
  position: string;
  version: number;
}

export interface NewTodo {
  title: string;
}

/** A merge patch: a member that is absent stays, `null` clears. */
export interface TodoPatch {
  title?: string;
  done?: boolean;
  due?: string | null;
  priority?: Priority | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Credentials {
  email: string;
  password: string;
}

export interface NewUser extends Credentials {
  name?: string;
}
