package io.autopilot.mysql.pilot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cuts a template into text and actions and nests the choices. Used once; not for several threads. */
final class TemplateParser {
    private final String text;
    private int at;
    private boolean trimNext;

    TemplateParser(String text) {
        this.text = text;
    }

    Template parse() throws LifeException {
        Block whole = block();
        if (whole.end().isPresent()) {
            throw wrong("{{" + whole.end().get().words() + "}} without an {{if}}");
        }
        return new Template(whole.parts());
    }

    /** The parts up to an {@code else} or {@code end}, which is kept, or to the end of the text. */
    private record Block(List<Template.Part> parts, Optional<Action> end) {}

    /** What stands between the braces, without the trim marks. */
    private record Action(String words, int line) {
        boolean is(String keyword) {
            return words.equals(keyword) || words.startsWith(keyword + " ");
        }

        String after(String keyword) {
            return words.substring(keyword.length()).strip();
        }
    }

    private Block block() throws LifeException {
        List<Template.Part> parts = new ArrayList<>();
        while (at < text.length()) {
            int open = text.indexOf("{{", at);
            if (open < 0) {
                parts.add(new Template.Part.Text(trimmed(text.substring(at))));
                at = text.length();
                break;
            }
            String before = trimmed(text.substring(at, open));
            boolean trims = text.startsWith("{{-", open) && isBlank(open + 3);
            parts.add(new Template.Part.Text(trims ? before.stripTrailing() : before));
            Action action = action(open, trims ? open + 3 : open + 2);
            if (action.is("else") || action.is("end")) {
                return new Block(parts, Optional.of(action));
            }
            if (action.is("if")) {
                parts.add(choice(action.after("if"), action.line()));
            } else if (!action.words().startsWith("/*")) {
                parts.add(new Template.Part.Output(new ExpressionParser(action.words(), action.line()).parse()));
            }
        }
        return new Block(parts, Optional.empty());
    }

    private Template.Part choice(String firstCondition, int line) throws LifeException {
        List<Template.Part.Branch> branches = new ArrayList<>();
        String condition = firstCondition;
        while (true) {
            Block body = block();
            branches.add(new Template.Part.Branch(new ExpressionParser(condition, line).parse(), body.parts()));
            Action end = body.end().orElseThrow(() -> new LifeException("line " + line + ": {{if}} without an {{end}}"));
            if (end.is("end")) {
                return new Template.Part.Choice(branches, List.of());
            }
            String next = end.after("else");
            if (next.startsWith("if ")) {
                condition = next.substring(3);
                continue;
            }
            Block otherwise = block();
            if (otherwise.end().filter(last -> last.is("end")).isEmpty()) {
                throw new LifeException("line " + line + ": {{else}} without an {{end}}");
            }
            return new Template.Part.Choice(branches, otherwise.parts());
        }
    }

    /** Reads up to the closing braces; those inside a string don't close. */
    private Action action(int open, int start) throws LifeException {
        int line = 1 + (int) text.substring(0, open).chars().filter(c -> c == '\n').count();
        int close = start;
        char quote = 0;
        while (quote != 0 || !text.startsWith("}}", close)) {
            if (close >= text.length()) {
                throw new LifeException("line " + line + ": {{ is never closed");
            }
            char c = text.charAt(close);
            if (quote == 0 && (c == '"' || c == '`')) {
                quote = c;
            } else if (quote == c) {
                quote = 0;
            } else if (quote == '"' && c == '\\') {
                close++;
            }
            close++;
        }
        trimNext = close > start && text.charAt(close - 1) == '-' && isBlank(close - 2);
        at = close + 2;
        return new Action(text.substring(start, trimNext ? close - 1 : close).strip(), line);
    }

    private boolean isBlank(int index) {
        return index < text.length() && Character.isWhitespace(text.charAt(index));
    }

    private String trimmed(String piece) {
        String result = trimNext ? piece.stripLeading() : piece;
        trimNext = false;
        return result;
    }

    private LifeException wrong(String what) {
        return new LifeException("line " + (1 + text.substring(0, at).chars().filter(c -> c == '\n').count()) + ": " + what);
    }
}
