package io.baseload.service.identity;

import io.baseload.service.web.ApiException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.StringUtils;
import org.springframework.web.client.HttpClientErrorException;

/**
 * Why a sign-in failed.
 *
 * @param answer 401, 404 for an unknown provider, or 503 if the provider can't sign anybody in now
 * @param isGuess whether the browser brought something that the provider or the check of the ID token rejected
 */
public record SignInRefusal(ApiException answer, boolean isGuess) {
    private static final Logger log = LoggerFactory.getLogger(SignInRefusal.class);
    private static final String LATER = "Try again later, or sign in with an API key.";
    private static final int MAX_LOGGED = 200;

    /** A sign-in that was refused here, without a question to the provider. */
    static final class RefusedHereException extends AuthenticationException {
        private final transient ApiException answer;

        private RefusedHereException(ApiException answer) {
            super(String.valueOf(answer.getMessage()));
            this.answer = answer;
        }

        static RefusedHereException unknownProvider() {
            return new RefusedHereException(
                    ApiException.refused(404, "not_found", "There is no such identity provider."));
        }

        static RefusedHereException notPending() {
            return new RefusedHereException(SignInRefusal.notPending());
        }
    }

    /** @param request the one that failed */
    public static SignInRefusal of(AuthenticationException failure, HttpServletRequest request) {
        Optional<RefusedHereException> here = cause(RefusedHereException.class, failure);
        if (here.isPresent()) {
            return noGuess(here.get().answer);
        }
        if (cause(AuthenticationServiceException.class, failure).isPresent()) {
            return unavailable("The identity provider can't be reached now. " + LATER);
        }
        if (!has(OAuth2ParameterNames.STATE, request)
                || !has(OAuth2ParameterNames.CODE, request) && !has(OAuth2ParameterNames.ERROR, request)) {
            return noGuess(notPending());
        }
        OAuth2Error error = cause(OAuth2AuthenticationException.class, failure)
                .map(OAuth2AuthenticationException::getError)
                .orElseGet(() -> new OAuth2Error("unknown", failure.getMessage(), null));
        // Spring Security reads errors from answers with status 400 alone; with 401 providers refuse the client
        boolean noClient =
                cause(HttpClientErrorException.Unauthorized.class, failure).isPresent();
        return byProvider(
                noClient ? new OAuth2Error(OAuth2ErrorCodes.INVALID_CLIENT, error.getDescription(), null) : error,
                has(OAuth2ParameterNames.CODE, request));
    }

    /** @param code whether the provider's pages sent a code, so that the error came later */
    private static SignInRefusal byProvider(OAuth2Error error, boolean code) {
        if (!code && error.getErrorCode().equals(OAuth2ErrorCodes.ACCESS_DENIED)) {
            return noGuess(refused("The identity provider did not sign you in."));
        }
        log.warn(
                "A sign-in is refused: {} \"{}\"",
                shortened(error.getErrorCode().replaceAll("[^a-z_]", "?")),
                printable(error.getDescription()));
        ApiException invalid = refused("The identity provider's answer is not valid here.");
        return switch (error.getErrorCode()) {
            case OAuth2ErrorCodes.SERVER_ERROR, OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE ->
                unavailable("The identity provider can't sign you in now. " + LATER);
            case OAuth2ErrorCodes.INVALID_CLIENT, OAuth2ErrorCodes.UNAUTHORIZED_CLIENT ->
                unavailable("The identity provider doesn't accept this service; its log has the reason. " + LATER);
            case OAuth2ErrorCodes.INVALID_GRANT,
                    OAuth2ErrorCodes.INVALID_REQUEST,
                    "invalid_id_token",
                    "invalid_nonce" -> new SignInRefusal(invalid, code);
            default -> noGuess(invalid);
        };
    }

    private static SignInRefusal noGuess(ApiException answer) {
        return new SignInRefusal(answer, false);
    }

    private static SignInRefusal unavailable(String words) {
        return noGuess(ApiException.unavailable(ProviderTokens.UNAVAILABLE, words, ProviderTokens.PROVIDER_BACK));
    }

    private static ApiException notPending() {
        return refused("This sign-in did not begin in this browser, or it took longer than ten minutes. Try again.");
    }

    private static ApiException refused(String words) {
        return ApiException.refused(401, "sign_in_failed", words);
    }

    private static boolean has(String parameter, HttpServletRequest request) {
        return StringUtils.hasText(request.getParameter(parameter));
    }

    /** In one line of the log, whatever the browser sent. */
    private static String printable(@Nullable String text) {
        return text == null
                ? ""
                : shortened(text)
                        .chars()
                        .mapToObj(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\'
                                ? Character.toString(c)
                                : "\\u%04x".formatted(c))
                        .collect(Collectors.joining());
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), MAX_LOGGED));
    }

    private static <T extends Throwable> Optional<T> cause(Class<T> type, @Nullable Throwable failure) {
        if (failure == null) {
            return Optional.empty();
        }
        return type.isInstance(failure) ? Optional.of(type.cast(failure)) : cause(type, failure.getCause());
    }
}
