package io.baseload.service.admin;

import io.baseload.service.admin.AttentionForm.Problem;
import io.baseload.service.tenant.Caller;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Open problems. Each caller sees those of the kinds that its roles let it read. */
@RestController
final class AttentionController {
    private final OpenProblems problems;

    AttentionController(OpenProblems problems) {
        this.problems = problems;
    }

    /** @param kinds separated by commas; absent = all */
    @GetMapping("/admin/v1/attention")
    AttentionForm attention(@RequestParam @Nullable String kinds, @AuthenticationPrincipal Caller caller) {
        var checked = new ArrayList<String>();
        var found = new ArrayList<Problem>();
        for (ProblemKind kind : kinds == null ? EnumSet.allOf(ProblemKind.class) : kinds(kinds)) {
            if (kind.isFor(caller)) {
                checked.add(kind.wire());
                found.addAll(problems.of(kind, caller));
            }
        }
        return new AttentionForm(checked, found);
    }

    private static Set<ProblemKind> kinds(String names) {
        var kinds = EnumSet.noneOf(ProblemKind.class);
        for (String name : names.split(",", -1)) {
            kinds.add(Stream.of(ProblemKind.values())
                    .filter(kind -> kind.wire().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> Refusals.invalid(
                            "kinds",
                            "invalid_value",
                            "'kinds' must be one or more of "
                                    + Stream.of(ProblemKind.values())
                                            .map(ProblemKind::wire)
                                            .collect(Collectors.joining(", "))
                                    + ", separated by commas.")));
        }
        return kinds;
    }
}
