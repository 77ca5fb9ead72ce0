package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Failures;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.ModelAndView;

/** The common parts of every page: who is signed in, and the available pages. Failures are pages with the API's messages; only Home has a notice of its own while the database is unreachable. */
@ControllerAdvice(basePackageClasses = ConsolePage.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConsoleAdvice {
    @ModelAttribute
    void frame(Model model, HttpServletRequest request, @AuthenticationPrincipal @Nullable Object principal) {
        model.addAllAttributes(frame(request, principal));
    }

    private static Map<String, Object> frame(HttpServletRequest request, @Nullable Object principal) {
        return principal instanceof Caller caller
                ? Map.of(
                        "caller", caller,
                        "who", name(request, caller),
                        "pages", ConsolePage.of(caller),
                        "here", ConsolePage.at(request.getRequestURI()))
                : Map.of("pages", List.of());
    }

    private static String name(HttpServletRequest request, Caller caller) {
        return Sessions.owner(request)
                .map(owner -> switch (owner) {
                    case Sessions.Owner.Key key -> caller.keyPrefix();
                    case Sessions.Owner.Visitor visitor -> visitor.signedIn().name();
                })
                .orElse(caller.keyPrefix());
    }

    @ExceptionHandler
    ModelAndView answer(Exception failure, HttpServletRequest request, HttpServletResponse response) {
        Api.Refused refusal = failure instanceof Api.Refused refused
                ? refused
                : Api.Refused.of(Failures.of(failure, RequestIds.of(request)));
        response.setStatus(refusal.status());
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        Map<String, Object> frame = frame(request, known == null ? null : known.getPrincipal());
        if (refusal.isWithoutDatabase() && HomePage.isPartOf(path(request))) {
            if (!path(request).equals(ConsolePage.HOME.path())) {
                response.setHeader("HX-Refresh", "true"); // htmx shows no failed part: it loads the whole page again
            }
            return new ModelAndView("home", frame).addObject("away", true);
        }
        var page = new ModelAndView("problem", frame);
        page.addObject("status", refusal.status());
        page.addObject("words", refusal.words());
        page.addObject("id", RequestIds.of(request));
        return page;
    }

    /** The path that the browser asked for, also where a filter has passed the request on. */
    private static String path(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) instanceof String asked
                ? asked
                : request.getRequestURI();
    }

    /** The client is gone. */
    @ExceptionHandler({ClientAbortException.class, AsyncRequestNotUsableException.class})
    void forget() {}
}
