import type { z } from 'zod';
import type { Config, Connection } from '../../config/schema/index.ts';
import type { BusinessClock } from '../../domain/clock.ts';
import type { Json } from '../../domain/model.ts';
import type { Budget, VendorLimit } from './budget.ts';
import type { Capabilities, UsageRequest } from './capabilities.ts';
import type { Call } from './operation.ts';

/** Resolves a secret reference (`env:NAME`, `file:PATH`) at the moment of the call. */
export type ResolveSecret = (reference: string) => string;

/** Where in-app prompts are put; the store implements it. The same key put twice is one prompt. */
export interface PromptBox {
  put: (prompt: {
    key: string;
    account: string;
    user: string;
    title: string;
    body: string;
    link: { label: string; url: string } | null;
    expiresAt: string | null;
  }) => Promise<void>;
  has: (key: string) => Promise<boolean>;
}

/** A token that we get ourselves, by other credentials, and that ends. */
export interface AccessToken {
  value: string;
  /** Wire time, ms since 1970; null: nothing says when, as at Salesforce. */
  expiresAt: number | null;
}

/**
 * The connection's access token, the same for all workers, kept sealed in the store. In a client:
 * `const token = await tokens.use(refresh, call)`; on an answer that says it is no longer valid `await
 * tokens.drop(token)` and a TransientError: the next attempt gets a new one.
 */
export interface TokenKeeper {
  /**
   * The token to call with now. Where there is none, or it ends within a minute, `refresh` gets the next one: in one
   * worker, however many ask. What `refresh` throws is thrown here; credentials refused are an AuthenticationError.
   */
  use: (refresh: (call: Call) => Promise<AccessToken>, call: Call) => Promise<string>;
  /** The vendor refused this one before its time. A newer one stays. */
  drop: (value: string) => Promise<void>;
}

export interface ConnectDependencies {
  /** Name of the connection in config. */
  name: string;
  connection: Connection;
  config: Config;
  secret: ResolveSecret;
  clock: BusinessClock;
  /** Every call to the vendor takes its permit here first. */
  budget: Budget;
  prompts: PromptBox;
  tokens: TokenKeeper;
}

/** What a play or metric needs from a connection, in the words of config checks. */
export type Capability = 'usage' | 'billing' | 'crm' | 'chat' | 'email' | 'in_app';

export interface Manifest {
  name: string;
  title: string;
  /** Settings beyond the common ones of a connection, checked when config is loaded. */
  settings: z.ZodType<Record<string, unknown>>;
  /** Names of the secrets in `auth:`; `?` at the end: optional. */
  auth: string[];
  /** How metrics and facts say what to read from this connector. */
  readSchema?: z.ZodType<Record<string, unknown>>;
  /** True for a read that the vendor pushes by webhook: facts only, and the connection needs a webhook_secret. */
  pushed?: (read: unknown) => boolean;
  /** Hosts that a live connection may reach; a leading dot allows subdomains. Settings may narrow them. */
  hosts: (settings: Record<string, Json>) => string[];
  apiVersion: { name: string; url: string };
  /** What the vendor allows; empty where nobody is called. A connection may set other numbers (`limits:`). */
  limits: VendorLimit[];
  /** Calls of the hourly quota that one sweep of so many accounts takes; absent: a sweep takes none. */
  callsPerSweep?: (request: Pick<UsageRequest, 'metrics' | 'facts'>, accounts: number) => number;
  needsAccountKey: boolean;
  /** True where it offers `receive`; then conformance.ts holds a sample of it. */
  webhook: boolean;
  /** What a connection of it can do: lets `validate` say that a step has nobody to do it. */
  provides?: Capability[];
  /** Why `routing` may not send alerts to this address through it, as a sentence with the remedy; null: it may. */
  refuseAddress?: (address: string, settings: Record<string, unknown>) => string | null;
}

export interface Connector {
  manifest: Manifest;
  connect: (dependencies: ConnectDependencies) => Capabilities;
}

export function defineConnector(connector: Connector): Connector {
  return connector;
}
