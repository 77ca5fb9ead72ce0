"""Makes the tiny encoders of GTE's type "new" below src/test/resources/encoders, and what their authors' code computes: python make_gte.py FOLDER, with numpy and safetensors. Neither transformers nor
a package has that code (Alibaba-NLP/new-impl), so its equations are written here in numpy, in 64 bits. Texts and tokens are those of bert-mean and bert-rank, which make.py made."""
import json, math, os, shutil, sys
import numpy
from safetensors.numpy import save_file

out = sys.argv[1]
HIDDEN, HEADS, INNER, LAYERS, VOCABULARY = 32, 4, 48, 2, 160
CONFIG = {
    "model_type": "new", "attention_probs_dropout_prob": 0.0, "classifier_dropout": 0.0, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
    "hidden_size": HIDDEN, "initializer_range": 0.02, "intermediate_size": INNER, "layer_norm_eps": 1e-12, "layer_norm_type": "layer_norm",
    "logn_attention_clip1": False, "logn_attention_scale": False, "max_position_embeddings": 128, "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS, "pack_qkv": True, "pad_token_id": 0, "position_embedding_type": "rope", "torch_dtype": "float16",
    "transformers_version": "4.39.1", "unpad_inputs": False, "use_memory_efficient_attention": False, "vocab_size": VOCABULARY}


def weights(segments, seed, more):
    random = numpy.random.default_rng(seed)

    def some(*shape, around=0.0):
        return (around + random.standard_normal(shape) * 0.2).astype("float16")

    w = {"embeddings.word_embeddings.weight": some(VOCABULARY, HIDDEN), "embeddings.LayerNorm.weight": some(HIDDEN, around=1), "embeddings.LayerNorm.bias": some(HIDDEN)}
    if segments:
        w["embeddings.token_type_embeddings.weight"] = some(segments, HIDDEN)
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        w |= {layer + "attention.qkv_proj.weight": some(3 * HIDDEN, HIDDEN), layer + "attention.qkv_proj.bias": some(3 * HIDDEN),
              layer + "attention.o_proj.weight": some(HIDDEN, HIDDEN), layer + "attention.o_proj.bias": some(HIDDEN),
              layer + "mlp.up_gate_proj.weight": some(2 * INNER, HIDDEN), layer + "mlp.down_proj.weight": some(HIDDEN, INNER), layer + "mlp.down_proj.bias": some(HIDDEN)}
        for norm in "attn_ln.", "mlp_ln.":
            w |= {layer + norm + "weight": some(HIDDEN, around=1), layer + norm + "bias": some(HIDDEN)}
    for name, shape in more.items():
        w[name] = some(*shape)
    return w


def rows(config, w, ids, kinds):
    w = {k: v.astype("float64") for k, v in w.items()}
    width = HIDDEN // HEADS

    def linear(x, name):
        return x @ w[name + ".weight"].T + w.get(name + ".bias", 0)

    def norm(x, name):
        mean = x.mean(-1, keepdims=True)
        return (x - mean) / numpy.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + config["layer_norm_eps"]) * w[name + ".weight"] + w[name + ".bias"]

    base, stretch = config["rope_theta"], 1
    if config["rope_scaling"]:
        factor = config["rope_scaling"]["factor"]
        base, stretch = base * factor, factor ** (2 / width)
    frequencies = 1 / base ** (numpy.arange(0, width, 2) / width) / stretch
    turns = numpy.exp(1j * numpy.outer(numpy.arange(len(ids)), frequencies))

    def rotated(x):
        # the first half of a head has the real parts, the second the imaginary ones
        x = (x[..., :width // 2] + 1j * x[..., width // 2:]) * turns
        return numpy.concatenate([x.real, x.imag], -1)

    x = w["embeddings.word_embeddings.weight"][ids]
    if config["type_vocab_size"]:
        x = x + w["embeddings.token_type_embeddings.weight"][kinds]
    x = norm(x, "embeddings.LayerNorm")
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        q, k, v = (part.reshape(len(ids), HEADS, width).transpose(1, 0, 2) for part in numpy.split(linear(x, layer + "attention.qkv_proj"), 3, -1))
        scores = numpy.exp(rotated(q) @ rotated(k).transpose(0, 2, 1) / math.sqrt(width))
        heads = scores / scores.sum(-1, keepdims=True) @ v
        x = norm(x + linear(heads.transpose(1, 0, 2).reshape(len(ids), HIDDEN), layer + "attention.o_proj"), layer + "attn_ln")
        up, gate = numpy.split(linear(x, layer + "mlp.up_gate_proj"), 2, -1)
        gate = gate * 0.5 * (1 + numpy.vectorize(math.erf)(gate / math.sqrt(2)))
        x = norm(x + linear(up * gate, layer + "mlp.down_proj"), layer + "mlp_ln")
    return x


def save(name, tokenizer, config, w, expected):
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    json.dump(config, open(os.path.join(folder, "config.json"), "w"), indent=1)
    save_file(w, os.path.join(folder, "model.safetensors"))
    json.dump(expected, open(os.path.join(folder, "expected.json"), "w"))
    shutil.copy(os.path.join(out, tokenizer, "tokenizer.json"), folder)
    return folder


def reference(name):
    return json.load(open(os.path.join(out, name, "expected.json")))


# as the multilingual model: with the prefix that a classifier's class adds, and a classifier of words that embeddings don't use
config = CONFIG | {"architectures": ["NewModel", "NewForTokenClassification"], "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0},
                   "rope_scaling": {"factor": 8.0, "type": "ntk"}, "rope_theta": 20000, "type_vocab_size": 1}
w = weights(1, 5, {"classifier.weight": (1, HIDDEN), "classifier.bias": (1,)})
texts = reference("bert-mean")
vectors = [rows(config, w, i, 0)[0] for i in texts["ids"]]
named = {("" if k.startswith("classifier") else "new.") + k: v for k, v in w.items()}
folder = save("gte-cls", "bert-mean", config, named, {**texts, "vectors": [(v / numpy.linalg.norm(v)).tolist() for v in vectors]})
modules = os.path.join(folder, "1_Pooling")
os.makedirs(modules, exist_ok=True)
json.dump({"word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, open(os.path.join(modules, "config.json"), "w"))
json.dump([{"idx": i, "name": str(i), "path": path, "type": "sentence_transformers.models." + kind} for i, (path, kind) in enumerate(
    [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])], open(os.path.join(folder, "modules.json"), "w"))

# a cross-encoder
config = CONFIG | {"architectures": ["NewForSequenceClassification"], "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}, "rope_scaling": None,
                   "rope_theta": 500000, "type_vocab_size": 2}
w = weights(2, 6, {"new.pooler.dense.weight": (HIDDEN, HIDDEN), "new.pooler.dense.bias": (HIDDEN,), "classifier.weight": (1, HIDDEN), "classifier.bias": (1,)})
pairs = reference("bert-rank")
scores = []
for ids, second in zip(pairs["ids"], pairs["second"]):
    first = rows(config, w, ids, [int(i >= second) for i in range(len(ids))])[0]
    pooled = numpy.tanh(w["new.pooler.dense.weight"].astype("float64") @ first + w["new.pooler.dense.bias"])
    scores.append([float(1 / (1 + numpy.exp(-(w["classifier.weight"][0].astype("float64") @ pooled + w["classifier.bias"][0]))))])
named = {k if k.startswith(("classifier", "new.")) else "new." + k: v for k, v in w.items()}
save("gte-rank", "bert-rank", config, named, {**pairs, "vectors": scores})
