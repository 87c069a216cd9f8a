import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * WordCount in Flink SQL: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. One task, counts in memory, mini-batches of commit.ms, so that
 * a count is written once in that time.
 */
class WordCount {
  public static void main(String[] args) throws Exception {
    var settings = new Configuration();
    settings.setString("parallelism.default", "1");
    settings.setString("table.exec.mini-batch.enabled", "true");
    settings.setString("table.exec.mini-batch.allow-latency", System.getProperty("commit.ms") + " ms");
    settings.setString("table.exec.mini-batch.size", "1000000");
    settings.setString("taskmanager.memory.network.min", "64mb");
    settings.setString("taskmanager.memory.network.max", "64mb");
    var flink =
        TableEnvironment.create(
            EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings).build());

    flink.executeSql(
        """
        CREATE TABLE words (word STRING) WITH (
          'connector' = 'kafka',
          'topic' = '%s',
          'properties.bootstrap.servers' = '%s',
          'properties.group.id' = '%s',
          'scan.startup.mode' = 'earliest-offset',
          'format' = 'json')
        """
            .formatted(args[2], args[0], args[1]));
    flink.executeSql(
        """
        CREATE TABLE counts (word STRING, `count` BIGINT, PRIMARY KEY (word) NOT ENFORCED) WITH (
          'connector' = 'upsert-kafka',
          'topic' = '%s',
          'properties.bootstrap.servers' = '%s',
          'key.format' = 'raw',
          'value.format' = 'json')
        """
            .formatted(args[1], args[0]));
    flink.executeSql("INSERT INTO counts SELECT word, COUNT(*) FROM words GROUP BY word").await();
  }
}
