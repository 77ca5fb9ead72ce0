package io.baseload.service.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.1.2.3",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "168.63.129.16",
                "192.0.0.192",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:10.1.2.3",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::a01:203",
                "2001::a9fe:a9fe",
                "2002:a00:1::1",
                "fc00::1",
                "fd00:ec2::254",
                "fdff::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void isPrivate(String address) throws Exception {
        assertThat(AllowedHosts.isPrivate(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "100.63.255.255",
                "100.128.0.1",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.1.1",
                "172.15.1.1",
                "168.63.129.17",
                "172.32.0.1",
                "192.0.1.1",
                "192.167.1.1",
                "198.17.255.255",
                "198.20.0.1",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "2001:4860:4860::8888",
                "2003::1",
                "2606:4700::1111",
                "fb00::1"
            })
    void isPublic(String address) throws Exception {
        assertThat(AllowedHosts.isPrivate(InetAddress.ofLiteral(address))).isFalse();
    }

    @Test
    void onlyAFullNameMayLeadToAPrivateAddress() throws Exception {
        var url = URI.create("http://127.0.0.1:8000/");
        assertThat(AllowedHosts.of(List.of("127.0.0.1")).allowsConnection(url)).isTrue();
        assertThat(AllowedHosts.of(List.of("127.0.0.1:8000")).allowsConnection(url))
                .isTrue();
        assertThat(AllowedHosts.of(List.of("127.0.0.1:8001")).allowsConnection(url))
                .isFalse();
        var below = AllowedHosts.of(List.of("*.0.0.1"));
        assertThat(below.allows(url)).isTrue();
        assertThat(below.allowsConnection(url)).isFalse();
    }
}
