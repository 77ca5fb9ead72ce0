package io.baseload.service.outbound;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The hosts allowed by the configuration of the service. An entry is {@code host} (any port), {@code host:port}, or {@code *.domain} for the names below a domain. A host listed by
 * its full name is trusted, wherever it leads; one that is allowed only by a wildcard must not have a private address.
 */
public final class AllowedHosts {
    private static final String BELOW = "*.";

    /** Where each of Azure's machines finds its platform, 168.63.129.16: a public address with private content. */
    private static final byte[] AZURE = {(byte) 168, 63, (byte) 129, 16};

    private final Set<String> named;
    private final List<String> below;
    private final boolean all;

    private AllowedHosts(Set<String> named, List<String> below, boolean all) {
        this.named = named;
        this.below = below;
        this.all = all;
    }

    public static AllowedHosts of(List<String> entries) {
        Set<String> all = entries.stream()
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        return new AllowedHosts(
                all.stream().filter(entry -> !entry.startsWith(BELOW)).collect(Collectors.toUnmodifiableSet()),
                all.stream()
                        .filter(entry -> entry.startsWith(BELOW))
                        .map(entry -> entry.substring(1))
                        .toList(),
                false);
    }

    /** For the command line, which can reach every host that the machine can reach. */
    public static AllowedHosts all() {
        return new AllowedHosts(Set.of(), List.of(), true);
    }

    /** Whether a host is allowed, judged by its name alone. */
    public boolean allows(URI url) {
        return all || isNamed(url) || isBelow(url);
    }

    /**
     * The same, including a check of the address. A connection that follows resolves the name again: it usually uses the same address, because the JVM caches it for 30 s, but if the
     * entry expires in between, a name server can answer with another one, even a private one. So whoever runs the name servers below a wildcard's domain has to be trusted.
     *
     * @throws UnknownHostException if it has no address
     */
    public boolean allowsConnection(URI url) throws UnknownHostException {
        if (all || isNamed(url)) {
            return true;
        }
        if (!isBelow(url)) {
            return false;
        }
        for (InetAddress address : InetAddress.getAllByName(host(url))) {
            if (isPrivate(address)) {
                return false;
            }
        }
        return true;
    }

    private boolean isNamed(URI url) {
        return named.contains(host(url)) || named.contains(withPort(url));
    }

    private boolean isBelow(URI url) {
        return below.stream().anyMatch(host(url)::endsWith);
    }

    /** The host with its port, as in an entry. */
    public static String withPort(URI url) {
        int standard = "https".equals(url.getScheme()) ? 443 : 80;
        return host(url) + ":" + (url.getPort() < 0 ? standard : url.getPort());
    }

    private static String host(URI url) {
        return String.valueOf(url.getHost()).toLowerCase(Locale.ROOT);
    }

    /** An address that is not public: of the machine, of its networks, of a cloud's metadata service, or unassigned. */
    static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        boolean ours = address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress();
        return ours || (bytes.length == 4 ? isPrivateOf4(bytes, first, second) : isPrivateOf6(first, second, bytes[2]));
    }

    private static boolean isPrivateOf4(byte[] bytes, int first, int second) {
        return first == 0
                || first >= 240
                || (first == 100 && second >= 64 && second < 128) // carriers' NAT
                || (first == 192 && second == 0 && bytes[2] == 0) // IETF's protocols
                || (first == 198 && (second & 0xfe) == 18) // benchmarks
                || Arrays.equals(bytes, AZURE);
    }

    /** Those with an IPv4 address in them may lead to any network. */
    private static boolean isPrivateOf6(int first, int second, int third) {
        return (first & 0xfe) == 0xfc // unique local
                || (first == 0 && second == 0x64) // NAT64
                || (first == 0x20 && (second == 0x02 || (second == 0x01 && third == 0))); // 6to4; IETF's protocols
    }
}
