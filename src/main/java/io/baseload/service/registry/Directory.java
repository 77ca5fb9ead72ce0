package io.baseload.service.registry;

import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Finds models by the names that users know, within what their keys may see. */
@Component
final class Directory implements ModelDirectory {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration LATER = Duration.ofSeconds(30);

    private final Serving serving;
    private final Loader loader;
    private final ModelRows rows;

    Directory(Serving serving, Loader loader, ModelRows rows) {
        this.serving = serving;
        this.loader = loader;
        this.rows = rows;
    }

    @Override
    public ServedModel acquire(Caller caller, String name) {
        return serving.acquire(name, id -> sees(caller, name, id)).orElseThrow(() -> absent(name));
    }

    private RuntimeException absent(String name) {
        String id = serving.resolve(name);
        return switch (loader.state(id)) {
            case LOADING -> new ModelUnavailableException(name, "being loaded", SOON);
            case DRAINING -> new ModelUnavailableException(name, "being unloaded", LATER);
            case LOADED -> new ModelUnavailableException(name, "being loaded", Duration.ofSeconds(1));
            case STORED, FAILED ->
                rows.existsById(id)
                        ? new ModelUnavailableException(name, "not loaded", LATER)
                        : new UnknownModelException(name);
        };
    }

    @Override
    public List<ModelCard> visibleTo(Caller caller) {
        List<ModelCard> cards = new ArrayList<>();
        for (Slot slot : serving.slots()) {
            names(slot.id()).stream()
                    .filter(name -> serving.answers(slot.id()) && sees(caller, name, slot.id()))
                    .map(name -> new ModelCard(name, slot.created()))
                    .forEach(cards::add);
        }
        cards.sort(Comparator.comparing((ModelCard card) -> card.id().toLowerCase(Locale.ROOT)));
        return cards;
    }

    private List<String> names(String id) {
        List<String> names = new ArrayList<>(List.of(id));
        serving.aliases().forEach((alias, model) -> {
            if (model.equals(id)) {
                names.add(alias);
            }
        });
        return names;
    }

    private static boolean sees(Caller caller, String name, String id) {
        return caller.mayAsk(name) || caller.mayAsk(id);
    }
}
