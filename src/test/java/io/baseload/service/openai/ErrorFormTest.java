package io.baseload.service.openai;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@ScriptedTest
class ErrorFormTest {
    @LocalServerPort
    private int port;

    @Test
    void smoke() throws Exception {
        var web = new Web(port);
        System.out.println(
                web.chat("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"logprobs\":true}"));
        System.out.println(
                web.chat(
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":true,\"stream_options\":{\"include_usage\":true}}"));
        System.out.println(web.completion("{\"model\":\"m\",\"prompt\":\"x\",\"logprobs\":1}"));
        System.out.println(web.completion("{\"model\":\"m\",\"prompt\":\"x\",\"logprobs\":1,\"stream\":true}"));
        System.out.println(web.get("/v1/models", "bl_user"));
        System.out.println(web.get("/v1/models/house/tiny", "bl_user"));
        System.out.println(web.get("/v1/models/house%2Ftiny", "bl_user"));
        System.out.println(web.get("/v1/models/x", "bl_user"));
        System.out.println(web.get("/v1/models", "bl_auditor"));
        System.out.println(web.get("/v1/models", "bl_no"));
        System.out.println(web.get("/nowhere", "bl_user"));
    }
}
