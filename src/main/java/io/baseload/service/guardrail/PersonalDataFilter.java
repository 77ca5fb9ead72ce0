package io.baseload.service.guardrail;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Redacts or blocks personal data, or only counts it. */
final class PersonalDataFilter implements Filter {
    private final String name;
    private final Map<PersonalData, Handling> kinds = new EnumMap<>(PersonalData.class);
    private final PersonalDataFinder finder;

    PersonalDataFilter(FilterSettings.OfPersonalData settings) {
        this.name = settings.name();
        settings.kinds().entrySet().stream()
                .filter(entry -> entry.getValue() != Handling.OFF)
                .forEach(entry -> kinds.put(entry.getKey(), entry.getValue()));
        this.finder = new PersonalDataFinder(kinds.keySet(), settings.region());
    }

    @Override
    public int window() {
        return 0;
    }

    @Override
    public FilterResult apply(List<String> texts, Subject subject) {
        var counts = new TreeMap<String, Integer>();
        var passing = new ArrayList<String>();
        var action = Action.ALLOW;
        for (String text : texts) {
            List<Finding> found = finder.find(text);
            found.forEach(finding -> counts.merge(finding.kind().wire(), 1, Integer::sum));
            var handlings = found.stream().map(finding -> handling(finding)).collect(Collectors.toSet());
            if (handlings.contains(Handling.BLOCK)) {
                action = Action.BLOCK;
            } else if (handlings.contains(Handling.REDACT) && action == Action.ALLOW) {
                action = Action.REDACT;
            }
            passing.add(redacted(text, found));
        }
        var verdict = new Verdict(name, subject.side(), action, counts, Optional.empty());
        return action == Action.BLOCK
                ? FilterResult.blocked("personal data (" + String.join(", ", counts.keySet()) + ")", List.of(verdict))
                : FilterResult.passed(passing, List.of(verdict));
    }

    private Handling handling(Finding finding) {
        return kinds.getOrDefault(finding.kind(), Handling.OFF);
    }

    private String redacted(String text, List<Finding> found) {
        var redacted = new StringBuilder();
        int done = 0;
        for (Finding finding : found) {
            if (handling(finding) == Handling.REDACT) {
                redacted.append(text, done, finding.start())
                        .append(finding.kind().placeholder());
                done = finding.end();
            }
        }
        return redacted.append(text, done, text.length()).toString();
    }
}
