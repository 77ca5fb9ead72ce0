package io.baseload.service.admin;

import io.baseload.service.audit.Signing;
import io.baseload.service.audit.Verification;
import java.util.ArrayList;
import java.util.List;

/** Problems of the audit trail: entries that don't verify, and signatures and external copies that are not recent. */
final class TrailProblems {
    private TrailProblems() {}

    /** In sentences. */
    static List<String> of(Verification found, Signing signing) {
        var problems = new ArrayList<String>();
        var integrity = found.integrity();
        var status = signing.status();
        if (!integrity.ok()) {
            problems.add("The audit trail does not verify, from entry "
                    + integrity.firstBadSeq().orElse(0) + " on: "
                    + integrity.reason().orElse(""));
        } else if (status.refusal().isPresent()) {
            problems.add("No checkpoint of the audit trail is signed: "
                    + status.refusal().get());
        } else if (signing.overdue()) {
            problems.add("No checkpoint has covered the end of the audit trail since " + status.currentAt() + ".");
        }
        if (!found.completeness().ok()) {
            problems.add("Requests in the audit trail have no outcome, or more than one.");
        }
        signing.copies().stream()
                .filter(Signing.Copy::overdue)
                .map(copy -> "The anchor " + copy.anchor() + " has not had the latest checkpoint since "
                        + copy.currentAt() + ".")
                .forEach(problems::add);
        return problems;
    }
}
