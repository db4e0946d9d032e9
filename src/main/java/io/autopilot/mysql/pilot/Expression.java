package io.autopilot.mysql.pilot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What stands between the braces of a template. A value is a String, a Long or a Boolean, as Go prints them. */
sealed interface Expression {
    Object evaluate(Map<String, String> environment) throws LifeException;

    /** As in Go: false, zero and the empty string are false. */
    static boolean isTrue(Object value) {
        return !value.equals("") && !value.equals(0L) && !value.equals(false);
    }

    record Literal(Object value) implements Expression {
        @Override
        public Object evaluate(Map<String, String> environment) {
            return value;
        }
    }

    /** {@code .NAME} */
    record Variable(String name) implements Expression {
        @Override
        public Object evaluate(Map<String, String> environment) {
            return environment.getOrDefault(name, "");
        }
    }

    record Call(Function function, List<Expression> arguments, int line) implements Expression {
        @Override
        public Object evaluate(Map<String, String> environment) throws LifeException {
            List<Object> values = new ArrayList<>();
            for (Expression argument : arguments) {
                values.add(argument.evaluate(environment));
            }
            return switch (function) {
                case ENV -> environment.getOrDefault(values.getFirst().toString(), "");
                case DEFAULT -> isTrue(values.getLast()) ? values.getLast() : values.getFirst();
                case EQ -> values.stream().skip(1).anyMatch(values.getFirst()::equals);
                case REGEX_REPLACE_ALL -> replaceAll(values);
            };
        }

        private String replaceAll(List<Object> values) throws LifeException {
            try {
                Matcher matcher = Pattern.compile(values.getFirst().toString()).matcher(values.get(2).toString());
                String replacement = values.get(1).toString();
                return matcher.replaceAll(match -> Matcher.quoteReplacement(expand(replacement, match)));
            } catch (PatternSyntaxException e) {
                throw new LifeException("line " + line + ": regexReplaceAll: " + e.getDescription() + ": " + e.getPattern());
            }
        }

        /** Go's rules: $$, $name, ${name}; a name is as long as possible, and one that isn't a group's number is empty. */
        private static String expand(String replacement, MatchResult match) {
            return Function.REFERENCE.matcher(replacement).replaceAll(reference -> {
                if (reference.group().equals("$$")) {
                    return Matcher.quoteReplacement("$");
                }
                String name = Optional.ofNullable(reference.group(1)).orElseGet(() -> reference.group(2));
                boolean isGroup = name.matches("\\d{1,4}") && Integer.parseInt(name) <= match.groupCount();
                String group = isGroup ? match.group(Integer.parseInt(name)) : "";
                return group == null ? "" : Matcher.quoteReplacement(group);
            });
        }
    }

    /** The functions that can be called, with the least and greatest number of arguments; a piped value is the last one. */
    enum Function {
        ENV("env", 1, 1),
        DEFAULT("default", 2, 2),
        EQ("eq", 2, Integer.MAX_VALUE),
        REGEX_REPLACE_ALL("regexReplaceAll", 3, 3);

        private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$(\\w+)|\\$\\{(\\w+)}");

        final String word;
        final int least;
        final int most;

        Function(String word, int least, int most) {
            this.word = word;
            this.least = least;
            this.most = most;
        }

        static Optional<Function> named(String word) {
            for (Function function : values()) {
                if (function.word.equals(word)) {
                    return Optional.of(function);
                }
            }
            return Optional.empty();
        }
    }
}
