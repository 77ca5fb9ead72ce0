package io.baseload.tools;

import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A table of one model in several formats, compared with the model as it is and, if there is a reference, with the measurements of another implementation.
 *
 * @param plain what {@code perplexity --json} says of the model as it is
 */
record AccuracyTable(StringBuilder text, JsonNode plain, Optional<AccuracyReference> reference) {
    /** @param what the forms are of */
    static AccuracyTable of(String what, JsonNode plain, Optional<AccuracyReference> reference) {
        var table = new AccuracyTable(new StringBuilder("\n"), plain, reference);
        table.line(
                what + " | perplexity | change | mean KL, nats | top-1 agreement",
                "reference's perplexity | reference's mean KL");
        table.line("--- | --- | --- | --- | ---", "--- | ---");
        table.line(
                String.format(Locale.ROOT, "as it is | %.4f | | 0 | 100 %%", perplexity(plain)),
                table.reference("f32"));
        return table;
    }

    private static double perplexity(JsonNode report) {
        return report.get("perplexity").asDouble();
    }

    /** @param variant what the reference calls it; empty if it has nothing of the kind */
    void add(String form, JsonNode report, String variant) {
        String measured = String.format(
                Locale.ROOT,
                "%s | %.4f | %+.3f %% | %.7f | %.2f %%",
                form,
                perplexity(report),
                100 * (perplexity(report) / perplexity(plain) - 1),
                report.at("/against/meanKl").asDouble(),
                100 * report.at("/against/agreement").asDouble());
        line(measured, reference(variant));
    }

    private String reference(String variant) {
        return reference.flatMap(known -> known.columns(variant)).orElse("|");
    }

    private void line(String columns, String beside) {
        text.append("| ").append(columns);
        reference.ifPresent(_ -> text.append(" | ").append(beside));
        text.append(" |\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
