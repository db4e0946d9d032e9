package io.autopilot.mysql.pilot;

import java.util.ArrayList;
import java.util.List;

/** Reads a pipeline: {@code command | command ...}; each command gets the value before it as its last argument. */
final class ExpressionParser {
    private final String text;
    private final int line;
    private int at;

    ExpressionParser(String text, int line) {
        this.text = text;
        this.line = line;
    }

    Expression parse() throws LifeException {
        Expression whole = pipeline();
        if (at < text.length()) {
            throw wrong("'" + text.substring(at) + "' is not expected");
        }
        return whole;
    }

    private Expression pipeline() throws LifeException {
        Expression value = command(List.of());
        while (next() == '|') {
            at++;
            value = command(List.of(value));
        }
        return value;
    }

    private Expression command(List<Expression> piped) throws LifeException {
        if (!Character.isLetter(next())) {
            Expression value = operand();
            if (!piped.isEmpty()) {
                throw wrong("a value is piped into something that is no function");
            }
            return value;
        }
        String word = word();
        if (word.equals("true") || word.equals("false")) {
            return new Expression.Literal(Boolean.valueOf(word));
        }
        Expression.Function function = Expression.Function.named(word)
                .orElseThrow(() -> wrong("'" + word + "' is not in the subset: see docs/supervisor.md"));
        List<Expression> arguments = new ArrayList<>();
        while (next() != 0 && next() != '|' && next() != ')') {
            arguments.add(operand());
        }
        arguments.addAll(piped);
        if (arguments.size() < function.least || arguments.size() > function.most) {
            throw wrong(word + " has " + arguments.size() + " arguments");
        }
        return new Expression.Call(function, List.copyOf(arguments), line);
    }

    private Expression operand() throws LifeException {
        char first = next();
        if (first == '(') {
            at++;
            Expression inner = pipeline();
            if (next() != ')') {
                throw wrong("a parenthesis is never closed");
            }
            at++;
            return inner;
        }
        if (first == '"' || first == '`') {
            return new Expression.Literal(string(first));
        }
        if (first == '.') {
            at++;
            return new Expression.Variable(word());
        }
        if (Character.isDigit(first)) {
            return new Expression.Literal(number(word()));
        }
        throw wrong("'" + text.substring(at) + "' is not expected");
    }

    private Object number(String digits) throws LifeException {
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw wrong("'" + digits + "' is no whole number");
        }
    }

    private String string(char quote) throws LifeException {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return value.toString();
            }
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                at++;
                value.append(escaped(text.charAt(at)));
            } else {
                value.append(c);
            }
        }
        throw wrong("a string is never closed");
    }

    private char escaped(char c) throws LifeException {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case '"', '\\' -> c;
            default -> throw wrong("\\" + c + " is not in the subset");
        };
    }

    private String word() throws LifeException {
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (start == at) {
            throw wrong("a name is missing");
        }
        return text.substring(start, at);
    }

    /** The next character that isn't blank, or 0. */
    private char next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private LifeException wrong(String what) {
        return new LifeException("line " + line + ": " + what);
    }
}
