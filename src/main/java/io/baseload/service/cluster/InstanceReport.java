package io.baseload.service.cluster;

import java.util.List;
import java.util.Map;

/** The state that a process reports each time it renews its lease. */
public interface InstanceReport {
    /** A process that doesn't serve yet. */
    InstanceReport NONE = new InstanceReport() {
        @Override
        public String version() {
            return "none";
        }

        @Override
        public String address() {
            return "";
        }

        @Override
        public boolean hasEngine() {
            return true;
        }

        @Override
        public List<InstanceModel> models() {
            return List.of();
        }

        @Override
        public Map<String, String> aliases() {
            return Map.of();
        }
    };

    String version();

    /** Its address; empty while it does not answer yet. */
    String address();

    /** Whether it loads models. */
    boolean hasEngine();

    List<InstanceModel> models();

    /** The models behind names. */
    Map<String, String> aliases();
}
