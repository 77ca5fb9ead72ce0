package io.baseload.service.pull;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * An element of DER, the encoding of certificates and timestamps. The JDK reads certificates, but not what Sigstore needs beyond that: their parts as they were signed, and
 * timestamps.
 *
 * @param content the contents' octets
 * @param encoded the whole element
 */
record Der(int tag, byte[] content, byte[] encoded) {
    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int OID = 0x06;
    static final int UTF8 = 0x0C;
    static final int TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int MAX_LENGTH_BYTES = 3; // 16 MB

    /** @throws IllegalArgumentException if these octets are not one element */
    static Der of(byte[] encoded) {
        List<Der> all = all(encoded);
        if (all.size() != 1) {
            throw new IllegalArgumentException("not one element of DER");
        }
        return all.getFirst();
    }

    /** The element with this tag. */
    static Der of(int tag, byte[] content) {
        var all = new ByteArrayOutputStream();
        all.write(tag);
        if (content.length < 0x80) {
            all.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            all.write(0x80 + length.length - from);
            all.write(length, from, length.length - from);
        }
        all.writeBytes(content);
        return new Der(tag, content, all.toByteArray());
    }

    private static List<Der> all(byte[] bytes) {
        var all = new ArrayList<Der>();
        int at = 0;
        while (at < bytes.length) {
            Der next = at(bytes, at);
            all.add(next);
            at += next.encoded.length;
        }
        return all;
    }

    private static Der at(byte[] bytes, int start) {
        int at = start;
        int tag = octet(bytes, at++);
        int length = octet(bytes, at++);
        if ((tag & 0x1F) == 0x1F || length == 0x80 || length > 0x80 + MAX_LENGTH_BYTES) {
            throw new IllegalArgumentException("not an element of DER");
        }
        if (length > 0x80) {
            int octets = length - 0x80;
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = length << 8 | octet(bytes, at++);
            }
        }
        if (length > bytes.length - at) {
            throw new IllegalArgumentException("an element of DER that ends early");
        }
        return new Der(tag, Arrays.copyOfRange(bytes, at, at + length), Arrays.copyOfRange(bytes, start, at + length));
    }

    private static int octet(byte[] bytes, int at) {
        if (at >= bytes.length) {
            throw new IllegalArgumentException("an element of DER that ends early");
        }
        return bytes[at] & 0xFF;
    }

    /** The elements in it, if it has this tag. */
    List<Der> children(int expected) {
        return all(content(expected));
    }

    /** Its contents, if it has this tag. */
    byte[] content(int expected) {
        if (tag != expected) {
            throw new IllegalArgumentException("an element of DER with another tag");
        }
        return content;
    }

    /** The element at this place in it, if it has this tag. */
    Der child(int expected, int place) {
        List<Der> children = children(expected);
        if (place >= children.size()) {
            throw new IllegalArgumentException("an element of DER with fewer parts");
        }
        return children.get(place);
    }

    /** An object identifier in dots. */
    String oid() {
        var numbers = LongStream.builder();
        long number = 0;
        boolean first = true;
        for (byte octet : content(OID)) {
            number = number << 7 | octet & 0x7F;
            if (number > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a large number in an object identifier");
            }
            if (octet >= 0) {
                if (first) {
                    long root = Math.min(number / 40, 2);
                    numbers.add(root);
                    number -= root * 40;
                    first = false;
                }
                numbers.add(number);
                number = 0;
            }
        }
        return numbers.build().mapToObj(Long::toString).collect(Collectors.joining("."));
    }
}
