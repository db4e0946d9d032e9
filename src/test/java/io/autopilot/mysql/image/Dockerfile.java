package io.autopilot.mysql.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A Dockerfile as a list of instructions, its continued lines joined and its comments gone. */
record Dockerfile(List<Instruction> instructions) {

    /** @param word the instruction in capitals, such as COPY */
    record Instruction(String word, String rest) {
        List<String> words() {
            return List.of(rest.split("\\s+"));
        }

        /** A flag's value such as the stage of {@code --from=stage}; empty when there is none. */
        String flag(String name) {
            return words().stream()
                    .filter(word -> word.startsWith("--" + name + "="))
                    .map(word -> word.substring(name.length() + 3))
                    .findFirst()
                    .orElse("");
        }

        /** What COPY copies: all words but flags and the last one. */
        List<String> sources() {
            List<String> plain =
                    words().stream().filter(word -> !word.startsWith("--")).toList();
            return plain.subList(0, plain.size() - 1);
        }
    }

    static Dockerfile read(Path file) throws IOException {
        List<Instruction> instructions = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            boolean goesOn = text.endsWith("\\");
            open.append(goesOn ? text.substring(0, text.length() - 1) : text).append(' ');
            if (!goesOn) {
                instructions.add(instruction(open.toString().strip()));
                open.setLength(0);
            }
        }
        return new Dockerfile(List.copyOf(instructions));
    }

    private static Instruction instruction(String line) {
        String[] parts = line.split("\\s+", 2);
        return new Instruction(parts[0].toUpperCase(Locale.ROOT), parts.length > 1 ? parts[1] : "");
    }

    List<Instruction> all(String word) {
        return instructions.stream().filter(i -> i.word().equals(word)).toList();
    }

    /** The instructions of the last stage, which is the image. */
    List<Instruction> image() {
        int last = 0;
        for (int i = 0; i < instructions.size(); i++) {
            if (instructions.get(i).word().equals("FROM")) {
                last = i;
            }
        }
        return instructions.subList(last, instructions.size());
    }
}
