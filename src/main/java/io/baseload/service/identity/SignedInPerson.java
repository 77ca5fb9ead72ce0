package io.baseload.service.identity;

import io.baseload.service.tenant.Caller;
import java.time.Instant;

/**
 * A person who signed in on a provider's pages.
 *
 * @param caller with the rights that the provider's claims gave at the sign-in
 * @param name by which the person is known, for people to read; the provider may change it
 * @param ends when the person must sign in again
 * @param provider the id of the provider's sign-in
 * @param idToken tells the provider who signs out
 */
public record SignedInPerson(Caller caller, String name, Instant ends, String provider, String idToken) {
    @Override
    public String toString() {
        return "SignedInPerson[" + caller.keyPrefix() + " until " + ends + "]";
    }
}
