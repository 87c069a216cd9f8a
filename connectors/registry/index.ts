import type { SchemaLookup } from "../../lib/io/schema-lookup.ts";
import { SchemaRegistry } from "./client.ts";
import { bad, type RegistrySettings } from "./settings.ts";

export type {
  Compatibility,
  CompatibilityLevel,
  RegisterOptions,
  SchemaRegistry,
  SubjectVersion,
} from "./client.ts";
export type { RegistryAuth, RegistrySettings, RegistryTls } from "./settings.ts";

/** What the option `schemaRegistry` takes: settings, what `pw.schemaRegistry` made of them, or a lookup of the script. */
export type RegistryOption = RegistrySettings | SchemaLookup;

/**
 * A client of a Confluent Schema Registry, for `schemaRegistry` of `pw.kafka.read` and `pw.kafka.write`, for
 * `pw.serde`, and for the script itself. Nothing is asked before something is needed. Tables that are given the same
 * client share what it has found.
 *
 * @throws TowpathError TP_BAD_ARGUMENT naming the setting.
 * @example
 * const registry = pw.schemaRegistry({ url: "http://localhost:8081", auth: { username: "me", password: "********" } });
 * const newest = await registry.latest("orders-value");
 * console.log(newest?.version, newest?.text);
 */
export function schemaRegistry(settings: RegistrySettings): SchemaRegistry {
  return new SchemaRegistry(settings);
}

/** What the option means. Throws TP_BAD_ARGUMENT. */
export function lookupOf(option: RegistryOption): SchemaLookup {
  if (typeof option !== "object" || option === null) {
    throw bad("schemaRegistry is not an object", 'Give schemaRegistry: { url: "http://localhost:8081" }.');
  }
  if (!("fetch" in option)) return new SchemaRegistry(option);
  if (typeof option.fetch === "function" && typeof option.get === "function") return option;
  throw bad("schemaRegistry has no methods get and fetch", "Give it both, as SchemaLookup says.");
}
