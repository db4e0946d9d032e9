package io.autopilot.mysql.adapter.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarArchiveTest {
    @TempDir
    Path directory;

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30), new ProcTicker(Path.of("/proc")));
    }

    private Path target() throws IOException {
        return Files.createDirectories(directory.resolve("target"));
    }

    private static byte[] archive(TarArchiveEntry... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (TarArchiveEntry entry : entries) {
                byte[] content = "content".getBytes(StandardCharsets.UTF_8);
                entry.setSize(entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() ? content.length : 0);
                tar.putArchiveEntry(entry);
                if (entry.getSize() > 0) {
                    tar.write(content);
                }
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private void extract(byte[] archive) throws IOException {
        TarArchive.extract(new ByteArrayInputStream(archive), target(), soon());
    }

    @Test
    void givesBackTheTreeWithoutWhatWasLeftOutAtTheTop() throws IOException {
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("#innodb_redo/empty"));
        Files.createDirectories(tree.resolve("db"));
        Files.writeString(tree.resolve("db/auto.cnf"), "a table's file");
        Files.writeString(tree.resolve("db/" + "n".repeat(180) + "@00fc-ü.ibd"), "long");
        Files.writeString(tree.resolve("auto.cnf"), "identity");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarArchive.write(tree, name -> !name.equals("auto.cnf"), bytes, soon());
        extract(bytes.toByteArray());
        try (Stream<Path> files = Files.walk(target())) {
            assertEquals(
                    List.of("", "#innodb_redo", "#innodb_redo/empty", "db", "db/auto.cnf", "db/" + "n".repeat(180) + "@00fc-ü.ibd"),
                    files.map(f -> directory.resolve("target").relativize(f).toString()).sorted().toList());
        }
        assertEquals("a table's file", Files.readString(target().resolve("db/auto.cnf")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escaped", "a/../../escaped", "/tmp/escaped-from-the-archive", "..", "a/.."})
    void anEntryThatLeadsOutIsRefused(String name) throws IOException {
        byte[] archive = archive(new TarArchiveEntry(name, true));
        assertThrows(SnapshotException.class, () -> extract(archive));
        assertFalse(Files.exists(directory.resolve("escaped")));
        assertFalse(Files.exists(Path.of("/tmp/escaped-from-the-archive")));
    }

    @Test
    void aLinkIsRefused() throws IOException {
        TarArchiveEntry symbolic = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
        symbolic.setLinkName("/etc");
        TarArchiveEntry hard = new TarArchiveEntry("link", TarConstants.LF_LINK);
        hard.setLinkName("../other");
        for (TarArchiveEntry entry : List.of(symbolic, hard)) {
            byte[] archive = archive(entry);
            assertThrows(SnapshotException.class, () -> extract(archive));
        }
        try (Stream<Path> files = Files.list(target())) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void aFileThatIsThereTwiceIsRefused() throws IOException {
        byte[] archive = archive(new TarArchiveEntry("a"), new TarArchiveEntry("a"));
        assertThrows(FileAlreadyExistsException.class, () -> extract(archive));
    }

    @Test
    void aTruncatedArchiveIsRefused() throws IOException {
        byte[] archive = archive(new TarArchiveEntry("a"));
        assertThrows(IOException.class, () -> extract(Arrays.copyOf(archive, 515)));
    }
}
