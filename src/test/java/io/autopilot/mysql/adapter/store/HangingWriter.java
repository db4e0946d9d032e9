package io.autopilot.mysql.adapter.store;

import java.io.IOException;
import java.nio.file.Path;

/** A program that writes an object and never ends: for tests that kill it. */
final class HangingWriter {
    private HangingWriter() {}

    public static void main(String[] args) throws IOException {
        new LocalStore(Path.of(args[0]), "one").put("half", out -> {
            out.write(new byte[1000]);
            System.out.println("writing");
            System.out.flush();
            System.in.read();
        }, SnapshotStoreContract.soon());
    }
}
