import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

/**
 * WordCount: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. One thread, counts in memory without a changelog, the record cache at its
 * default, so that a count is written once a commit, each commit.ms.
 */
class WordCount {
  private static final ObjectMapper json = new ObjectMapper();

  record Word(String word) {}

  record Count(String word, long count) {}

  public static void main(String[] args) throws Exception {
    var settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("application.id", args[1]);
    settings.put("state.dir", Files.createTempDirectory("bench-kafka-streams").toString());
    settings.put("auto.offset.reset", "earliest");
    settings.put("commit.interval.ms", System.getProperty("commit.ms"));
    settings.put("num.stream.threads", "1");

    var builder = new StreamsBuilder();
    builder
        .stream(args[2], Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .groupBy((key, value) -> wordOf(value), Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .count(
            Materialized.<String, Long>as(
                    Stores.inMemoryKeyValueStore("counts"))
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.Long())
                .withLoggingDisabled())
        .toStream()
        .map((word, count) -> KeyValue.pair(word, textOf(new Count(word, count))))
        .to(args[1], Produced.with(Serdes.String(), Serdes.ByteArray()));

    var streams = new KafkaStreams(builder.build(), settings);
    var ended = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
          return null;
        });
    Runtime.getRuntime().addShutdownHook(new Thread(ended::countDown));
    streams.start();
    ended.await();
  }

  private static String wordOf(byte[] value) {
    try {
      return json.readValue(value, Word.class).word();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static byte[] textOf(Count count) {
    try {
      return json.writeValueAsBytes(count);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
