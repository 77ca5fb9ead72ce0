package io.baseload.service.admin;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/** Ranges of addresses in a request. */
final class AddressRanges {
    private static final int MAX_RANGES = 100;

    private AddressRanges() {}

    static Set<String> read(List<String> ranges) {
        if (ranges.size() > MAX_RANGES) {
            throw Refusals.invalid(
                    "addresses", "array_above_max_length", "'addresses' must have at most " + MAX_RANGES + " ranges.");
        }
        for (int i = 0; i < ranges.size(); i++) {
            check("addresses[" + i + "]", ranges.get(i));
        }
        return Set.copyOf(ranges);
    }

    private static void check(String path, @Nullable String range) {
        try {
            var _ = new IpAddressMatcher(Refusals.present(path, range));
        } catch (IllegalArgumentException e) {
            throw Refusals.invalid(
                    path, "invalid_value", "'" + path + "' must be an address or a range such as 10.0.0.0/8.");
        }
    }
}
