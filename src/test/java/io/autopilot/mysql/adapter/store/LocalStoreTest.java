package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreTest extends SnapshotStoreContract {
    @TempDir
    Path storage;

    @Override
    SnapshotStore store(String service) {
        return new LocalStore(storage, service);
    }

    @Test
    void anObjectCanBeReadByTheGroupOfTheDirectoryButNotByEverybody() throws IOException {
        put(store("one"), "object", "content");
        Path file = storage.resolve("one/object");
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(storage.resolve("one"))));
        assertEquals(Files.getAttribute(storage, "posix:group"), Files.getAttribute(file, "posix:group"));
    }

    @Test
    void whatAKilledWriterLeftIsRemoved() throws Exception {
        put(store("one"), "object", "content");
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HangingWriter.class.getName(),
                        storage.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("writing", writer.inputReader().readLine());
            assertEquals(List.of(), store("one").removeUnfinished(soon()), "it is still at work");
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertEquals(List.of("half"), store("one").removeUnfinished(soon()));
        try (var files = Files.list(storage.resolve("one"))) {
            assertEquals(List.of(storage.resolve("one/object")), files.toList());
        }
    }

    @Test
    void aMissingMountIsSaidAndNotMadeUpFor() {
        LocalStore store = new LocalStore(storage.resolve("not-mounted"), "one");
        StoreException refused = assertThrows(StoreException.class, () -> store.check(soon()));
        assertTrue(String.valueOf(refused.getMessage()).endsWith("and name it in STORAGE_DIR"), refused::getMessage);
        assertThrows(StoreException.class, () -> put(store, "object", "content"));
        assertTrue(Files.notExists(storage.resolve("not-mounted")));
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsNamed() throws IOException {
        Files.createFile(storage.resolve("one"));
        StoreException refused = assertThrows(StoreException.class, () -> store("one").check(soon()));
        assertTrue(String.valueOf(refused.getMessage()).contains(storage.resolve("one").toString()), refused::getMessage);
    }
}
