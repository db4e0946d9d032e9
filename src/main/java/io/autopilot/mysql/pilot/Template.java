package io.autopilot.mysql.pilot;

import java.util.List;
import java.util.Map;

/**
 * The part of Go's text/template that a description of a life needs: text, {@code {{ pipeline }}}, {@code if}/{@code else
 * if}/{@code else}/{@code end}, comments, the trim marks {@code {{-} and {@code -}}}, and the functions of
 * {@link Expression.Function}. {@code .VAR} is the whole value (ContainerPilot cuts it at its first {@code =}); an absent
 * variable is the empty string. What comes out is not escaped, as there.
 */
record Template(List<Part> parts) {
    Template {
        parts = List.copyOf(parts);
    }

    sealed interface Part {
        /** Goes to the output as it is. */
        record Text(String text) implements Part {}

        /** Its value goes to the output. */
        record Output(Expression value) implements Part {}

        /** The first branch whose condition holds, else {@code otherwise}. */
        record Choice(List<Branch> branches, List<Part> otherwise) implements Part {}

        record Branch(Expression condition, List<Part> body) {}
    }

    /** Reads a template whole, so that a mistake in a branch that isn't taken is found too. */
    static Template parse(String text) throws LifeException {
        return new TemplateParser(text).parse();
    }

    String render(Map<String, String> environment) throws LifeException {
        StringBuilder out = new StringBuilder();
        render(parts, environment, out);
        return out.toString();
    }

    private static void render(List<Part> parts, Map<String, String> environment, StringBuilder out)
            throws LifeException {
        for (Part part : parts) {
            switch (part) {
                case Part.Text text -> out.append(text.text());
                case Part.Output output -> out.append(output.value().evaluate(environment));
                case Part.Choice choice -> render(chosen(choice, environment), environment, out);
            }
        }
    }

    private static List<Part> chosen(Part.Choice choice, Map<String, String> environment) throws LifeException {
        for (Part.Branch branch : choice.branches()) {
            if (Expression.isTrue(branch.condition().evaluate(environment))) {
                return branch.body();
            }
        }
        return choice.otherwise();
    }
}
