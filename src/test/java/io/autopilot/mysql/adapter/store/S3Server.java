package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.config.StoreSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A real S3 server in this JVM, S3Proxy, which keeps its objects in memory and checks every signature. It has a class loader of its own, since
 * its libraries are other versions of ours; so it is talked to by reflection.
 */
final class S3Server implements AutoCloseable {
    static final String ACCESS_KEY = "access";
    static final String SECRET_KEY = "a secret/with+signs=";
    static final String BUCKET = "snapshots";
    private static final Path JAR = Path.of("target/s3proxy/s3proxy.jar");

    private final URLClassLoader loader;
    private final Object proxy;
    private final AutoCloseable context;

    private S3Server(URLClassLoader loader, Object proxy, AutoCloseable context) {
        this.loader = loader;
        this.proxy = proxy;
        this.context = context;
    }

    static S3Server start() {
        return start(Optional.empty());
    }

    /** @param tls with it there is HTTPS, too */
    static S3Server start(Optional<TestTls> tls) {
        if (!Files.isReadable(JAR)) {
            throw new IllegalStateException(JAR + " is not there; the build puts it there before it compiles the tests");
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            URLClassLoader loader = new URLClassLoader(new URL[] {quiet(), JAR.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
            thread.setContextClassLoader(loader);
            return started(loader, tls);
        } catch (Exception e) {
            throw new IllegalStateException("S3Proxy doesn't start", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A place where its logging finds a configuration that says little. */
    private static URL quiet() throws IOException {
        Path directory = Files.createTempDirectory("s3proxy");
        Path file = Files.writeString(directory.resolve("logback-test.xml"), "<configuration/>");
        directory.toFile().deleteOnExit();
        file.toFile().deleteOnExit();
        return directory.toUri().toURL();
    }

    private static S3Server started(ClassLoader loader, Optional<TestTls> tls) throws ReflectiveOperationException {
        Class<?> contexts = loader.loadClass("org.jclouds.ContextBuilder");
        Class<?> contextType = loader.loadClass("org.jclouds.blobstore.BlobStoreContext");
        Object builder = contexts.getMethod("newBuilder", String.class).invoke(null, "transient-nio2");
        contexts.getMethod("credentials", String.class, String.class).invoke(builder, "unused", "unused");
        Object context = contexts.getMethod("build", Class.class).invoke(builder, contextType);
        Object blobs = contextType.getMethod("getBlobStore").invoke(context);
        Class<?> blobStore = loader.loadClass("org.jclouds.blobstore.BlobStore");
        blobStore.getMethod("createContainerInLocation", loader.loadClass("org.jclouds.domain.Location"), String.class)
                .invoke(blobs, null, BUCKET);

        Class<?> proxies = loader.loadClass("org.gaul.s3proxy.S3Proxy");
        Class<?> builders = loader.loadClass("org.gaul.s3proxy.S3Proxy$Builder");
        Class<?> signatures = loader.loadClass("org.gaul.s3proxy.AuthenticationType");
        Object proxy = proxies.getMethod("builder").invoke(null);
        builders.getMethod("blobStore", blobStore).invoke(proxy, blobs);
        builders.getMethod("endpoint", URI.class).invoke(proxy, URI.create("http://127.0.0.1:0"));
        builders.getMethod("awsAuthentication", signatures, String.class, String.class)
                .invoke(proxy, signatures.getField("AWS_V4").get(null), ACCESS_KEY, SECRET_KEY);
        if (tls.isPresent()) {
            builders.getMethod("secureEndpoint", URI.class).invoke(proxy, URI.create("https://127.0.0.1:0"));
            builders.getMethod("keyStore", String.class, String.class)
                    .invoke(proxy, tls.get().keyStore().toString(), TestTls.PASSWORD);
        }
        Object running = builders.getMethod("build").invoke(proxy);
        proxies.getMethod("start").invoke(running);
        return new S3Server((URLClassLoader) loader, running, (AutoCloseable) context);
    }

    private Object ask(String method) {
        try {
            return proxy.getClass().getMethod(method).invoke(proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return (int) ask("getPort");
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    String secureUrl() {
        return "https://127.0.0.1:" + ask("getSecurePort");
    }

    StoreSettings.S3 settings() {
        return settings(url(), "");
    }

    static StoreSettings.S3 settings(String url, String prefix) {
        return new StoreSettings.S3(
                url,
                BUCKET,
                prefix,
                Optional.empty(),
                StoreSettings.Style.AUTO,
                ACCESS_KEY,
                new Secret(SECRET_KEY),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public void close() throws Exception {
        ask("stop");
        context.close();
        loader.close();
    }
}
