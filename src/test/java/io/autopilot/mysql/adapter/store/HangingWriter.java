package io.autopilot.mysql.adapter.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/** A program that writes an object and never ends: for tests that kill it. */
final class HangingWriter {
    private HangingWriter() {}

    public static void main(String[] args) throws IOException {
        Path aside = Path.of(args[0], "one", ".half.unfinished");
        try (LocalUpload upload = LocalUpload.begin(aside, ConcurrentHashMap.newKeySet(), SnapshotStoreContract.soon())) {
            upload.out().write(new byte[1000]);
            System.out.println("writing");
            System.out.flush();
            System.in.read();
        }
    }
}
