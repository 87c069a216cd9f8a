/** Serializers and deserializers of keys and values, as `pw.serde`. */
export {
  type AvroSerdeOptions,
  avro,
  bytes,
  type JsonSchemaSerdeOptions,
  json,
  jsonSchema,
  type ProtobufSerdeOptions,
  plainAvro,
  plainProtobuf,
  protobuf,
  string,
} from "./serdes.ts";
