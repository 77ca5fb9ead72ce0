package io.baseload.service.guardrail;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.Leniency;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.validator.routines.CreditCardValidator;
import org.apache.commons.validator.routines.EmailValidator;
import org.apache.commons.validator.routines.IBANValidator;

/**
 * Finds personal data. Candidates are found by checks of single characters and of bounded length, and confirmed by validators: so the time grows linearly with the length of the
 * text, whatever its contents.
 */
final class PersonalDataFinder {
    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_DOMAIN = 255;
    private static final int MAX_LABELS = 10;
    private static final int MIN_CARD = 12;
    private static final int MAX_CARD = 19;
    private static final String LOCAL_MARKS = "!#$%&'*+/=?^_`{|}~.-";

    private static final EmailValidator EMAILS = EmailValidator.getInstance();
    private static final IBANValidator IBANS = IBANValidator.getInstance();
    private static final CreditCardValidator CARDS = new CreditCardValidator(CreditCardValidator.AMEX
            + CreditCardValidator.VISA
            + CreditCardValidator.MASTERCARD
            + CreditCardValidator.DISCOVER
            + CreditCardValidator.DINERS
            + CreditCardValidator.VPAY);

    private final Set<PersonalData> kinds;
    private final String region;

    PersonalDataFinder(Set<PersonalData> kinds, String region) {
        this.kinds = kinds;
        this.region = region;
    }

    /** Whether there are phone numbers of a region. */
    static boolean knows(String region) {
        return PhoneNumberUtil.getInstance().getSupportedRegions().contains(region);
    }

    /** In their order, without overlaps. */
    List<Finding> find(String text) {
        var folded = FoldedText.of(text);
        var found = new ArrayList<Finding>();
        var taken = new BitSet();
        for (PersonalData kind : PersonalData.values()) {
            if (kinds.contains(kind)) {
                for (Finding finding : of(kind, folded.text())) {
                    if (taken.get(finding.start(), finding.end()).isEmpty()) {
                        taken.set(finding.start(), finding.end());
                        found.add(new Finding(kind, folded.start(finding.start()), folded.end(finding.end(), text)));
                    }
                }
            }
        }
        found.sort(Comparator.comparingInt(Finding::start));
        return found;
    }

    private List<Finding> of(PersonalData kind, String text) {
        return switch (kind) {
            case EMAIL -> emails(text);
            case IBAN -> ibans(text);
            case CREDIT_CARD -> cards(text);
            case PHONE -> phones(text);
        };
    }

    private static List<Finding> emails(String text) {
        var found = new ArrayList<Finding>();
        for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
            int start = at;
            while (start > Math.max(0, at - MAX_LOCAL_PART) && isLocal(text.charAt(start - 1))) {
                start--;
            }
            while (start < at && text.charAt(start) == '.') {
                start++;
            }
            int end = at + 1;
            while (end < Math.min(text.length(), at + 1 + MAX_DOMAIN) && isDomain(text.charAt(end))) {
                end++;
            }
            int last = validEmail(text, start, at, end);
            if (last > 0) {
                found.add(new Finding(PersonalData.EMAIL, start, last));
            }
        }
        return found;
    }

    /** The end of the address, whose last labels may be the next sentence; −1 = there is none. */
    private static int validEmail(String text, int start, int at, int end) {
        int last = end;
        for (int tries = 0; tries < MAX_LABELS && last > at + 1; tries++) {
            if (EMAILS.isValid(text.substring(start, last))) {
                return last;
            }
            last = text.lastIndexOf('.', last - 1);
        }
        return -1;
    }

    private static boolean isLocal(char c) {
        return isAlphabetic(c) || LOCAL_MARKS.indexOf(c) >= 0;
    }

    private static boolean isDomain(char c) {
        return isAlphabetic(c) || c == '.' || c == '-';
    }

    /** Letters of scripts written without spaces would merge an address with the surrounding text. */
    private static boolean isAlphabetic(char c) {
        if (isLetter(c) || isDigit(c)) {
            return true;
        }
        return c >= 128
                && Character.isLetter(c)
                && switch (UnicodeScript.of(c)) {
                    case LATIN, GREEK, CYRILLIC -> true;
                    default -> false;
                };
    }

    private static List<Finding> ibans(String text) {
        var found = new ArrayList<Finding>();
        for (int start = 0; start + 4 <= text.length(); start++) {
            int length = ibanLength(text, start);
            if (length > 0) {
                var number = new StringBuilder();
                int end = ibanEnd(text, start, length, number);
                if (!isAlphanumericAt(text, end) && IBANS.isValid(number.toString())) {
                    found.add(new Finding(PersonalData.IBAN, start, end));
                    start = end - 1;
                }
            }
        }
        return found;
    }

    /** Whether something in this text could be an IBAN that continues after it. */
    static boolean endsWithinIban(String text) {
        String folded = FoldedText.of(text).text();
        for (int start = 0; start + 4 <= folded.length(); start++) {
            int length = ibanLength(folded, start);
            if (length > 0) {
                var number = new StringBuilder();
                if (ibanEnd(folded, start, length, number) == folded.length() && number.length() < length) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The length, without separators, of an IBAN that begins here; 0 = none does. */
    private static int ibanLength(String text, int start) {
        boolean begins = isLetter(text.charAt(start))
                && isLetter(text.charAt(start + 1))
                && isDigit(text.charAt(start + 2))
                && isDigit(text.charAt(start + 3))
                && !isAlphanumericAt(text, start - 1);
        var country =
                begins ? IBANS.getValidator(text.substring(start, start + 2).toUpperCase(Locale.ROOT)) : null;
        return country == null ? 0 : country.getIbanLength();
    }

    /** @param number receives letters and digits, no more than the length */
    private static int ibanEnd(String text, int start, int length, StringBuilder number) {
        int end = start;
        for (; end < text.length() && number.length() < length; end++) {
            char c = text.charAt(end);
            if (isLetter(c) || isDigit(c)) {
                number.append(Character.toUpperCase(c));
            } else if (!isSeparator(c) || !isAlphanumericAt(text, end - 1)) {
                break;
            }
        }
        return end;
    }

    /** Digits in groups separated by single separators; a card number begins and ends with a group. */
    private static List<Finding> cards(String text) {
        var found = new ArrayList<Finding>();
        for (int start = 0; start < text.length(); start++) {
            if (isDigit(text.charAt(start)) && !isAlphanumericAt(text, start - 1)) {
                int end = card(text, start);
                if (end > 0) {
                    found.add(new Finding(PersonalData.CREDIT_CARD, start, end));
                    start = end - 1;
                }
            }
        }
        return found;
    }

    /** The end of the longest card number that begins here; −1 = there is none. */
    private static int card(String text, int start) {
        var digits = new StringBuilder();
        int last = -1;
        for (int end = start; end < text.length() && digits.length() <= MAX_CARD; end++) {
            char c = text.charAt(end);
            if (isDigit(c)) {
                digits.append(c);
                boolean whole = !isAlphanumericAt(text, end + 1);
                if (whole && digits.length() >= MIN_CARD && CARDS.isValid(digits.toString())) {
                    last = end + 1;
                }
            } else if (!isSeparator(c) || !isDigit(text.charAt(end - 1))) {
                break;
            }
        }
        return last;
    }

    /** As many attempts as there are numbers, each of bounded length: the default would give up on a text with many invalid ones. */
    private List<Finding> phones(String text) {
        var found = new ArrayList<Finding>();
        PhoneNumberUtil.getInstance()
                .findNumbers(text, region, Leniency.VALID, Long.MAX_VALUE)
                .forEach(match -> found.add(new Finding(PersonalData.PHONE, match.start(), match.end())));
        return found;
    }

    private static boolean isAlphanumericAt(String text, int index) {
        return index >= 0 && index < text.length() && (isLetter(text.charAt(index)) || isDigit(text.charAt(index)));
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-' || c == '\n' || c == '\t' || c == '.';
    }
}
