"""Writes or reads a topic with Confluent's serialisers. One argument: JSON of what to do; prints JSON."""

import json
import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

AVRO = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "region", "type": "string"},
        {"name": "amount", "type": "double"},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
    ],
}
JSON = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Order",
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "region": {"type": "string"},
        "amount": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["id"],
}


def order_class():
    """The message Order, the second of its file, made without protoc."""
    file = descriptor_pb2.FileDescriptorProto(name="order.proto", package="shop", syntax="proto3")
    file.message_type.add(name="Other")
    order = file.message_type.add(name="Order")
    field = descriptor_pb2.FieldDescriptorProto
    kinds = [("id", field.TYPE_INT64), ("region", field.TYPE_STRING), ("amount", field.TYPE_DOUBLE)]
    for i, (name, kind) in enumerate(kinds):
        order.field.add(name=name, number=i + 1, type=kind, label=field.LABEL_OPTIONAL)
    order.field.add(name="tags", number=4, type=field.TYPE_STRING, label=field.LABEL_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Order"))


def serializer(kind, client):
    if kind == "avro":
        return AvroSerializer(client, json.dumps(AVRO)), lambda row: row
    if kind == "jsonschema":
        return JSONSerializer(json.dumps(JSON), client), lambda row: row
    order = order_class()
    return ProtobufSerializer(order, client, {"use.deprecated.format": False}), lambda row: order(**row)


def deserializer(kind, client):
    if kind == "avro":
        return AvroDeserializer(client), lambda value: value
    if kind == "jsonschema":
        return JSONDeserializer(None, schema_registry_client=client), lambda value: value
    whole = {"preserving_proto_field_name": True, "always_print_fields_with_no_presence": True}

    def plain(message):
        row = json_format.MessageToDict(message, **whole)
        return {**row, "id": int(row["id"])}

    return ProtobufDeserializer(order_class(), {"use.deprecated.format": False}, client), plain


def write(job, client):
    encode, made = serializer(job["format"], client)
    context = SerializationContext(job["topic"], MessageField.VALUE)
    producer = Producer({"bootstrap.servers": job["broker"]})
    for row in job["rows"]:
        producer.produce(job["topic"], value=encode(made(row), context), partition=0)
    producer.produce(job["topic"], value=b"*COMMIT*", partition=0)
    if producer.flush(30) > 0:
        raise RuntimeError("not delivered")
    return None


def register(job, client):
    encode, made = serializer(job["format"], client)
    encode(made(job["rows"][0]), SerializationContext(job["topic"], MessageField.VALUE))
    return None


def read(job, client):
    decode, plain = deserializer(job["format"], client)
    context = SerializationContext(job["topic"], MessageField.VALUE)
    settings = {"bootstrap.servers": job["broker"], "group.id": job["topic"], "auto.offset.reset": "earliest"}
    consumer = Consumer(settings)
    consumer.subscribe([job["topic"]])
    rows = []
    while len(rows) < job["count"]:
        message = consumer.poll(30)
        if message is None:
            raise RuntimeError(f"only {len(rows)} messages came")
        if message.error():
            raise RuntimeError(str(message.error()))
        value = message.value()
        rows.append(None if value is None else plain(decode(value, context)))
    consumer.close()
    return rows


def main():
    job = json.loads(sys.argv[1])
    client = SchemaRegistryClient({"url": job["registry"]})
    print(json.dumps({"write": write, "register": register, "read": read}[job["do"]](job, client)))


main()
