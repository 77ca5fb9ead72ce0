package io.baseload.service.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Problems of the audit trail: entries that don't verify, and signatures and external copies that are not recent. */
final class TrailNotices {
    private TrailNotices() {}

    /** @param verification as in the API */
    static List<HomePage.Notice> of(Map<String, Object> verification, Shown shown) {
        Map<?, ?> integrity = part(verification, "integrity");
        Map<?, ?> signing = part(verification, "signing");
        var words = new ArrayList<String>();
        if (isFalse(integrity, "ok")) {
            words.add("The audit trail does not verify, from entry " + integrity.get("first_bad_seq") + " on: "
                    + integrity.get("reason"));
        } else if (signing.get("refusal") != null) {
            words.add("No checkpoint of the audit trail is signed: " + signing.get("refusal"));
        } else if (isOverdue(signing)) {
            words.add("No checkpoint has covered the end of the audit trail since " + time(signing, shown));
        }
        if (isFalse(part(verification, "completeness"), "ok")) {
            words.add("Requests in the audit trail have no outcome, or more than one.");
        }
        if (signing.get("anchors") instanceof List<?> anchors) {
            for (Object each : anchors) {
                if (each instanceof Map<?, ?> anchor && isOverdue(anchor)) {
                    words.add("The anchor " + anchor.get("name") + " has not had the latest checkpoint since "
                            + time(anchor, shown));
                }
            }
        }
        return words.stream()
                .map(text -> new HomePage.Notice(text, ConsolePage.AUDIT))
                .toList();
    }

    private static Map<?, ?> part(Map<String, Object> verification, String name) {
        return verification.get(name) instanceof Map<?, ?> part ? part : Map.of();
    }

    private static boolean isFalse(Map<?, ?> of, String name) {
        return Boolean.FALSE.equals(of.get(name));
    }

    private static boolean isOverdue(Map<?, ?> of) {
        return Boolean.TRUE.equals(of.get("overdue"));
    }

    private static String time(Map<?, ?> of, Shown shown) {
        return shown.time(String.valueOf(of.get("current_at"))) + " UTC.";
    }
}
