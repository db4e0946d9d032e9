package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.hook.EvidenceArchive;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evidence",
        description = "Lists archived errant transactions, or writes the binary logs of one ID into a directory (docs/errant.md).")
final class EvidenceCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofHours(6);

    @Parameters(paramLabel = "ID", arity = "0..1", description = "As manage status shows it.")
    private @Nullable String id;

    @Option(names = "--into", paramLabel = "DIR", description = "An existing directory, for the files of ID.")
    private @Nullable Path into;

    EvidenceCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        if ((id == null) != (into == null)) {
            throw wrong("ID and --into DIR go together");
        }
        EvidenceArchive archive = wiring.evidence();
        Deadline deadline = Deadline.after(LIMIT, wiring.ticker());
        try {
            return id == null || into == null ? list(archive, deadline) : write(archive, id, into, deadline);
        } catch (IOException | StoreException | IllegalArgumentException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private int list(EvidenceArchive archive, Deadline deadline) {
        List<String> ids = archive.ids(deadline);
        for (String each : ids) {
            archive.read(each, deadline).ifPresent(evidence -> out().println(each + "  " + evidence.at() + "  " + evidence.errant()));
        }
        if (ids.isEmpty()) {
            out().println("no evidence");
        }
        out().flush();
        return ExitCode.OK;
    }

    private int write(EvidenceArchive archive, String wanted, Path directory, Deadline deadline) throws IOException {
        Optional<Evidence> evidence = archive.read(wanted, deadline);
        if (evidence.isEmpty()) {
            return failed("there is no evidence " + wanted + "; manage evidence lists what there is");
        }
        for (Evidence.File file : evidence.get().files()) {
            Path target = directory.resolve(Path.of(file.source()).getFileName());
            write(archive, file, target, deadline);
            out().println(target);
        }
        out().flush();
        return ExitCode.OK;
    }

    /** Rows of the application are in it: for the one who asks alone. */
    private static void write(EvidenceArchive archive, Evidence.File file, Path target, Deadline deadline) throws IOException {
        try {
            Files.createFile(target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new IOException(target + " is there already, and is left as it is", e);
        }
        boolean done = false;
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
            archive.copyTo(out, file, deadline);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(target);
            }
        }
    }
}
