package io.baseload.service.guardrail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A filter's verdict on a request or its answers; never the text.
 *
 * @param findings number of findings by kind
 * @param failure why the filter gave no answer
 */
public record Verdict(
        String filter, Side side, Action action, Map<String, Integer> findings, Optional<String> failure) {

    /** Both combined: the stricter action, all findings, the first failure. */
    Verdict plus(Verdict other) {
        var sum = new HashMap<>(findings);
        other.findings.forEach((kind, count) -> sum.merge(kind, count, Integer::sum));
        return new Verdict(
                filter,
                side,
                action.compareTo(other.action) >= 0 ? action : other.action,
                sum,
                failure.or(() -> other.failure));
    }

    /** For the trail. */
    public Map<String, Object> described() {
        var detail = new TreeMap<String, Object>();
        detail.put("filter", filter);
        detail.put("side", side.wire());
        detail.put("action", action.wire());
        if (!findings.isEmpty()) {
            detail.put("findings", new TreeMap<>(findings));
        }
        failure.ifPresent(why -> detail.put("failure", why));
        return detail;
    }

    /** Adds verdicts to those of the same filters. */
    static List<Verdict> sum(List<Verdict> before, List<Verdict> more) {
        var byFilter = new java.util.LinkedHashMap<String, Verdict>();
        Stream.concat(before.stream(), more.stream())
                .forEach(verdict -> byFilter.merge(verdict.filter(), verdict, Verdict::plus));
        return List.copyOf(byFilter.values());
    }
}
