package io.autopilot.mysql.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreReaderTest {
    private static final String FINGERPRINT = "SHA256:" + "a".repeat(43);

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>(Map.of("MYSQL_REPL_PASSWORD", "replication"));

    private StoreReaderTest given(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    private void s3() {
        given("SNAPSHOT_BACKEND", "s3").given("S3_BUCKET", "snapshots").given("S3_ACCESS_KEY", "key").given("S3_SECRET_KEY", "hush");
    }

    private void manta() {
        given("SNAPSHOT_BACKEND", "manta").given("MANTA_URL", "https://manta.example").given("MANTA_USER", "shop");
        given("MANTA_KEY_ID", FINGERPRINT).given("MANTA_PRIVATE_KEY", pem("RSA PRIVATE KEY").replace('\n', '#'));
    }

    /** A key that nobody has: what is in it is looked at only by who uses it. */
    private static String pem(String kind) {
        return "-----BEGIN " + kind + "-----\nhush\n-----END " + kind + "-----\n";
    }

    private <T extends StoreSettings> T valid(Class<T> type) {
        SettingsReader.Result result = SettingsReader.read(environment, Optional.empty());
        Settings settings = assertInstanceOf(SettingsReader.Result.Valid.class, result, result::toString).settings();
        assertFalse(settings.toString().contains("hush"), settings::toString);
        return assertInstanceOf(type, settings.snapshots().store());
    }

    private List<Problem> invalid() {
        List<Problem> problems = assertInstanceOf(SettingsReader.Result.Invalid.class, SettingsReader.read(environment, Optional.empty())).problems();
        assertFalse(problems.toString().contains("hush"), problems::toString);
        return problems;
    }

    private void refuses(String variable, String words) {
        List<Problem> problems = invalid();
        assertEquals(List.of(variable), problems.stream().map(Problem::variable).toList(), problems::toString);
        assertTrue(problems.getFirst().text().contains(words), problems::toString);
    }

    @Test
    void snapshotsGoToADirectoryUnlessToldOtherwise() {
        given("MANTA_URL", "no url").given("S3_BUCKET", "?");
        assertEquals(new StoreSettings.Local(Path.of("/snapshots")), valid(StoreSettings.Local.class));
    }

    @Test
    void awsNeedsABucketAndKeys() {
        s3();
        assertEquals(
                new StoreSettings.S3(
                        "https://s3.amazonaws.com",
                        "snapshots",
                        "",
                        Optional.empty(),
                        StoreSettings.Style.AUTO,
                        "key",
                        new Secret("hush"),
                        Optional.empty(),
                        Optional.empty()),
                valid(StoreSettings.S3.class));
        given("S3_REGION", "eu-central-1").given("S3_SESSION_TOKEN", "hush too");
        assertEquals("https://s3.eu-central-1.amazonaws.com", valid(StoreSettings.S3.class).url());
        assertEquals(Optional.of(new Secret("hush too")), valid(StoreSettings.S3.class).sessionToken());
    }

    @Test
    void anyS3HasAUrlAPrefixAStyleAndAuthorities() throws IOException {
        Path authorities = Files.writeString(directory.resolve("ca.pem"), "");
        s3();
        given("S3_URL", "https://minio.example:9000/").given("S3_PREFIX", "/backups/mysql/").given("S3_STYLE", "virtual");
        given("S3_CACERT", authorities.toString());
        StoreSettings.S3 s3 = valid(StoreSettings.S3.class);
        assertEquals("https://minio.example:9000", s3.url());
        assertEquals("backups/mysql/", s3.prefix());
        assertEquals(StoreSettings.Style.VIRTUAL, s3.style());
        assertEquals(Optional.of(authorities), s3.caFile());
    }

    @Test
    void readsTheMinioOfAUserOfThePredecessor() {
        given("SNAPSHOT_BACKEND", "minio").given("MINIO_ACCESS_KEY", "key").given("MINIO_SECRET_KEY", "hush");
        given("MINIO_BUCKET", "backups").given("MINIO_LOCATION", "us-east-1").given("MINIO_URL", "minio:9000");
        given("MINIO_TLS_SECURE", "False");
        StoreSettings.S3 minio = valid(StoreSettings.S3.class);
        assertEquals("http://minio:9000", minio.url());
        assertEquals("backups", minio.bucket());
        assertEquals(Optional.of("us-east-1"), minio.region());
        given("MINIO_TLS_SECURE", "1");
        assertEquals("https://minio:9000", valid(StoreSettings.S3.class).url());
    }

    @Test
    void everythingThatIsMissingForS3IsSaidAtOnce() {
        given("SNAPSHOT_BACKEND", "minio");
        assertEquals(
                List.of("MINIO_URL", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"),
                invalid().stream().map(Problem::variable).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "S3_URL;minio:9000;S3_URL;write https://host",
        "S3_URL;ftp://minio;S3_URL;write https://host",
        "S3_URL;https://minio/bucket;S3_URL;the bucket goes into S3_BUCKET",
        "S3_URL;https://minio:99999;S3_URL;no address",
        "MINIO_URL;mi nio;MINIO_URL;write host:port",
        "S3_BUCKET;my/bucket;S3_BUCKET;S3_PREFIX",
        "MINIO_BUCKET;other;MINIO_BUCKET;contradicts S3_BUCKET",
        "S3_PREFIX;a//b;S3_PREFIX;no prefix",
        "S3_PREFIX;../a;S3_PREFIX;no prefix",
        "S3_REGION;us east;S3_REGION;no region",
        "S3_STYLE;dns;S3_STYLE;none of",
        "S3_CACERT;/no/ca.pem;S3_CACERT;can be read",
    })
    void refusesAnS3ThatCantWork(String variable, String value, String complained, String words) {
        s3();
        given(variable, value);
        refuses(complained, words);
    }

    @Test
    void refusesTwoWaysToSayOneThing() throws IOException {
        s3();
        given("S3_URL", "http://minio:9000").given("MINIO_URL", "minio:9000");
        refuses("MINIO_URL", "contradicts S3_URL");
        environment.remove("MINIO_URL");
        given("S3_CACERT", Files.writeString(directory.resolve("ca.pem"), "").toString());
        refuses("S3_CACERT", "https://");
        environment.remove("S3_CACERT");
        environment.remove("S3_URL");
        given("MINIO_URL", "http://minio:9000").given("MINIO_TLS_SECURE", "1");
        refuses("MINIO_TLS_SECURE", "contradicts http://");
    }

    @Test
    void readsTheMantaOfAUserOfThePredecessor() {
        manta();
        given("MANTA_KEY_ID", "b4:f0:b4:6c:18:3b:44:63:b4:4e:58:22:74:43:d4:bc").given("MANTA_SUBUSER", "backup");
        given("MANTA_ROLE", "writer").given("MANTA_BUCKET", "/shop/stor/triton-mysql/").given("MANTA_TLS_INSECURE", "0");
        assertEquals(
                new StoreSettings.Manta(
                        "https://manta.example",
                        "shop",
                        Optional.of("backup"),
                        Optional.of("writer"),
                        "b4:f0:b4:6c:18:3b:44:63:b4:4e:58:22:74:43:d4:bc",
                        new Secret(pem("RSA PRIVATE KEY")),
                        "/shop/stor/triton-mysql",
                        Optional.empty(),
                        false),
                valid(StoreSettings.Manta.class));
    }

    @Test
    void theDirectoryIsTheAccountsOwnAndTheKeyMayBeAFile() throws IOException {
        manta();
        environment.remove("MANTA_PRIVATE_KEY");
        given("MANTA_PRIVATE_KEY_FILE", Files.writeString(directory.resolve("key"), pem("PRIVATE KEY")).toString());
        assertEquals("/shop/stor", valid(StoreSettings.Manta.class).directory());
        assertEquals(new Secret(pem("PRIVATE KEY")), valid(StoreSettings.Manta.class).privateKey());
    }

    @Test
    void everythingThatIsMissingForMantaIsSaidAtOnce() {
        given("SNAPSHOT_BACKEND", "manta");
        assertEquals(
                List.of("MANTA_URL", "MANTA_USER", "MANTA_KEY_ID", "MANTA_PRIVATE_KEY"),
                invalid().stream().map(Problem::variable).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "MANTA_URL;manta.example;MANTA_URL;write https://host",
        "MANTA_URL;https://manta.example/shop/stor;MANTA_URL;the directory goes into MANTA_BUCKET",
        "MANTA_USER;shop/backup;MANTA_USER;goes into MANTA_SUBUSER",
        "MANTA_SUBUSER;a b;MANTA_SUBUSER;no login",
        "MANTA_KEY_ID;id_rsa;MANTA_KEY_ID;ssh-keygen -l",
        "MANTA_BUCKET;snapshots;MANTA_BUCKET;such as /shop/stor/snapshots",
        "MANTA_BUCKET;/shop/stor/../x;MANTA_BUCKET;no directory",
        "MANTA_PRIVATE_KEY;hush;MANTA_PRIVATE_KEY;tr '\\n' '#'",
        "MANTA_PRIVATE_KEY;-----BEGIN OPENSSH PRIVATE KEY-----#hush#-----END OPENSSH PRIVATE KEY-----;MANTA_PRIVATE_KEY;ssh-keygen -p -m PEM",
        "MANTA_PRIVATE_KEY;-----BEGIN ENCRYPTED PRIVATE KEY-----#hush#-----END ENCRYPTED PRIVATE KEY-----;MANTA_PRIVATE_KEY;has a passphrase",
        "MANTA_PRIVATE_KEY;-----BEGIN EC PRIVATE KEY-----#hush#-----END EC PRIVATE KEY-----;MANTA_PRIVATE_KEY;no RSA private key",
        "MANTA_PRIVATE_KEY_FILE;/no/key;MANTA_PRIVATE_KEY_FILE;contradicts MANTA_PRIVATE_KEY",
        "MANTA_CACERT;/no/ca.pem;MANTA_CACERT;can be read",
        "MANTA_TLS_INSECURE;perhaps;MANTA_TLS_INSECURE;neither yes nor no",
    })
    void refusesAMantaThatCantWork(String variable, String value, String complained, String words) {
        manta();
        given(variable, value);
        refuses(complained, words);
    }

    @Test
    void refusesAKeyFileThatCantBeRead() {
        manta();
        environment.remove("MANTA_PRIVATE_KEY");
        given("MANTA_PRIVATE_KEY_FILE", "/no/key");
        refuses("MANTA_PRIVATE_KEY_FILE", "'/no/key' can't be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "LOCAL"})
    void theNameOfAStoreMayBeWrittenInAnyCase(String name) {
        given("SNAPSHOT_BACKEND", name);
        valid(StoreSettings.Local.class);
    }
}
