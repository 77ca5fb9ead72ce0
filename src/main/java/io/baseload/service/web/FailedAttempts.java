package io.baseload.service.web;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongSupplier;

/**
 * Wrong keys and tokens, counted by address: an address that sends many has to wait, with one more attempt every two seconds. Of IPv6 a network of 64 bits is one address: a single
 * machine has that many.
 */
final class FailedAttempts {
    /** Attempts that an address may make at once. */
    static final int MAX_ATTEMPTS = 30;

    private static final long FORGIVEN_NANOS = Duration.ofSeconds(2).toNanos();

    private static final int NETWORK_BYTES = 8;

    /** The network 64:ff9b::/96, in which a translator reports clients with IPv4: each address is another machine. */
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    private final LongSupplier nanoTime;

    /** For each network, the time at which all its wrong attempts are forgiven. */
    private final LruCache<Long> debts = new LruCache<>();

    FailedAttempts(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @throws ApiException 429 if the address has sent too many */
    void refuseTooMany(String address) {
        long now = nanoTime.getAsLong();
        long debt = debts.get(network(address)).orElse(now) - now;
        if (debt > (MAX_ATTEMPTS - 1) * FORGIVEN_NANOS) {
            throw ApiException.limited(
                    "requests",
                    "rate_limit_exceeded",
                    "Too many wrong API keys or tokens came from this address.",
                    Duration.ofNanos(FORGIVEN_NANOS));
        }
    }

    /**
     * Counts an attempt before it is known to be wrong, so that many parallel attempts don't bypass the limit.
     *
     * @throws ApiException 429 if the address has sent too many
     */
    synchronized void begin(String address) {
        refuseTooMany(address);
        count(address);
    }

    /** A counted attempt turned out to be right. */
    void forgive(String address) {
        debts.merge(network(address), nanoTime.getAsLong(), (before, none) -> before - FORGIVEN_NANOS);
    }

    void count(String address) {
        long now = nanoTime.getAsLong();
        debts.merge(network(address), now + FORGIVEN_NANOS, (before, one) -> Math.max(before, now) + FORGIVEN_NANOS);
    }

    /** What a proxy reports as the address may be any text. */
    private static String network(String address) {
        try {
            return switch (InetAddress.ofLiteral(address)) {
                case Inet6Address six -> network(six.getAddress());
                case InetAddress four -> four.getHostAddress(); // also of one that was written as IPv6
            };
        } catch (IllegalArgumentException e) {
            return address;
        }
    }

    private static String network(byte[] six) {
        int bytes = Arrays.equals(six, 0, NAT64.length, NAT64, 0, NAT64.length) ? six.length : NETWORK_BYTES;
        return HexFormat.of().formatHex(six, 0, bytes);
    }
}
