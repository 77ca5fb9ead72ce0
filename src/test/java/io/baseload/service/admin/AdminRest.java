package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Common requests of the tests of admin routes. */
record AdminRest(Rest rest) {
    JsonNode succeeded(HttpResponse<String> started) throws Exception {
        JsonNode job = ended(started);
        assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("succeeded");
        return job;
    }

    JsonNode ended(HttpResponse<String> started) throws Exception {
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        String route = started.headers().firstValue("Location").orElseThrow();
        assertThat(route).endsWith(Rest.json(started).at("/job/id").asString());
        return Patience.await()
                .until(() -> rest.get(route), job -> !job.get("finished_at").isNull());
    }

    int status(String method, String route) throws Exception {
        return rest.send(method, route, "").statusCode();
    }

    JsonNode refused(int status, String method, String route, Object body) throws Exception {
        HttpResponse<String> answer = rest.send(method, route, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Rest.json(answer).get("error");
    }

    static List<String> ids(JsonNode list) {
        return texts(list.get("data"), "id");
    }

    static List<String> texts(JsonNode entries, String field) {
        return StreamSupport.stream(entries.spliterator(), false)
                .map(entry -> entry.get(field).asString())
                .toList();
    }
}
