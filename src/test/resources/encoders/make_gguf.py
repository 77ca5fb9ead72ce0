"""Makes the GGUF files of encoders beside their folders, as llama.cpp's converter writes them: python make_gguf.py FOLDER, with numpy, safetensors, gguf, sentencepiece, tokenizers and protobuf.
No torch is needed: the folders' expected.json, which make.py wrote, are the references; what is added here is computed from them or checked against them."""
import base64, io, json, os, pathlib, shutil, sys, unicodedata
import gguf, numpy, sentencepiece
from safetensors.numpy import load_file
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

out = sys.argv[1]
NORMAL, UNKNOWN, CONTROL, UNUSED = gguf.TokenType.NORMAL, gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.UNUSED


def folder(name, *path):
    return os.path.join(out, name, *path)


def write(name, architecture, layers, context, norm, vocabulary, tensors, more):
    writer = gguf.GGUFWriter(os.path.join(out, name + ".gguf"), gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_name(name)
    writer.add_context_length(context)
    writer.add_embedding_length(32)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(48)
    writer.add_head_count(4)
    writer.add_layer_norm_eps(norm)
    writer.add_causal_attention(False)
    more(writer)
    vocabulary(writer)
    names = gguf.get_tensor_name_map(architecture, layers)
    for key, tensor in tensors.items():
        writer.add_tensor(names.get_name(key, try_suffixes=(".weight", ".bias")), tensor if tensor.ndim > 1 else tensor.astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


os.makedirs(folder("xlmr-cls"), exist_ok=True)

# Unigram: a sentencepiece model with a part of the rules of nmt_nfkc, because their whole map has 240 KB
TEXTS = json.load(open(folder("xlmr-rank", "tokens.json")))["texts"]
RULED = [*map(chr, range(0xFF01, 0xFF5F)), *"ﬀﬁﬂ½¼㎏№…", *map(chr, range(0xFF66, 0xFF9E)), "ｶﾞ", "e\u0301", "n\u0303", "i\u0308"]
SPACES = ["\t", "\n", "\r", "\u00a0", "\u2003", "\u3000"]
OMITTED = [*map(chr, range(1, 9)), "\u200b", "\ufeff", "\u007f"]


def rules():
    lines = [(text, unicodedata.normalize("NFKC", text)) for text in RULED] + [(space, " ") for space in SPACES] + [(c, "") for c in OMITTED]
    return "".join(" ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n" for a, b in lines)


rule_file = os.path.join(out, "rules.tsv")
open(rule_file, "w").write(rules())
trained = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(TEXTS * 20 + ["abcdefghijklmnopqrstuvwxyz 0123456789 .,!?-", "ガ é"] * 3), model_writer=trained, model_type="unigram", vocab_size=140,
    normalization_rule_tsv=rule_file, hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, num_threads=1)
os.remove(rule_file)
processor = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
proto = sentencepiece_model_pb2.ModelProto.FromString(trained.getvalue())
MAP = proto.normalizer_spec.precompiled_charsmap
VOCABULARY = 160
pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.vocab_size())]
assert [p for p, _ in pieces[:3]] == ["<unk>", "<s>", "</s>"] and len(pieces) < VOCABULARY - 2
# fairseq's order
tokens = [("<s>", 0.0, CONTROL), ("<pad>", 0.0, CONTROL), ("</s>", 0.0, CONTROL), ("<unk>", 0.0, UNKNOWN)] + [(p, s, NORMAL) for p, s in pieces[3:]]
KNOWN = len(tokens)
tokens += [(f"[PAD{i}]", -10000.0, UNUSED) for i in range(KNOWN + 1, VOCABULARY + 1)]


def unigram(writer):
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([t for t, _, _ in tokens])
    writer.add_token_scores([s for _, s, _ in tokens])
    writer.add_token_types([k for _, _, k in tokens])
    writer.add_add_space_prefix(True)
    writer.add_token_type_count(1)
    writer.add_remove_extra_whitespaces(True)
    writer.add_precompiled_charsmap(MAP)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(3)
    writer.add_sep_token_id(2)
    writer.add_pad_token_id(1)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)


# the same as transformers' fast tokenizer
fast = Tokenizer(models.Unigram([(t, s) for t, s, _ in tokens[:KNOWN]], unk_id=3))
fast.normalizer = normalizers.Precompiled(MAP)
fast.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
fast.decoder = decoders.Metaspace()
fast.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, _, _ in tokens[:4]])
fast.post_processor = processors.TemplateProcessing(
    single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
ODD = ["", " ", "   ", " the  cat ", "the\tcat\nsits\r\n", "the\u00a0cat\u3000sits", "ｔｈｅ　ｃａｔ", "ﬁ ½ ㎏ №…", "cafe\u0301", "日本 日本語日本",
       "\u0001the\u200bcat\ufeff", "\u0007", "😀 cat 👩‍👩‍👧", "theCATsits", "[PAD155] x", "a" * 300, "x\u0000y", "मराठी", "\u0301", "the cat. " * 50]
differ = [x for x in TEXTS + ODD if fast.encode(x, add_special_tokens=False).ids != [1 + i if i else 3 for i in processor.encode(x)]]
assert not differ, differ
# here transformers and sentencepiece differ: a text's own ▁, and keys of six bytes
ODD += ["\u2581the\u2581cat", "ｶﾞ"]
SPECIAL = ["<s>the cat</s>", "the <unk> cat", "a<pad>b", "<S>", "</s></s>"]  # sentencepiece takes these as text
PAIRS = [["the cat", "a man"], ["", "x"], ["x", ""], [" a ", "\u3000b"], ["the</s>", "cat"]]
REFERENCE = {"texts": TEXTS + ODD + SPECIAL, "ids": [fast.encode(x).ids for x in TEXTS + ODD + SPECIAL],
           "plain": SPECIAL, "plain_ids": [[1 + i if i else 3 for i in processor.encode(x)] for x in SPECIAL],
           "pairs": PAIRS, "pair_ids": [fast.encode(*p).ids for p in PAIRS]}


def xlmr(name, weights, more, vocabulary=unigram):
    def settings(writer):
        more(writer)
        writer.add_vocab_size(VOCABULARY)

    tensors = {k.removeprefix("roberta."): v for k, v in weights.items()}
    tensors["embeddings.position_embeddings.weight"] = tensors["embeddings.position_embeddings.weight"][2:]
    write(name, gguf.MODEL_ARCH.BERT, 2, 128, 1e-12, vocabulary, tensors, settings)


weights = load_file(folder("xlmr-rank", "model.safetensors"))
expected = json.load(open(folder("xlmr-rank", "expected.json")))


def first_row(ids):
    """XLM-R's first row in numpy, in 64 bits"""
    from math import erf
    gelu = numpy.vectorize(lambda x: 0.5 * x * (1 + erf(x / 2 ** 0.5)))
    w = {k.removeprefix("roberta."): v.astype("float64") for k, v in weights.items()}

    def linear(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / numpy.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * w[name + ".weight"] + w[name + ".bias"]

    def heads(x):
        return x.reshape(len(ids), 4, 8).transpose(1, 0, 2)

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][2:2 + len(ids)] + w["embeddings.token_type_embeddings.weight"][0]
    x = norm(x, "embeddings.LayerNorm")
    for i in range(2):
        layer = f"encoder.layer.{i}."
        q, k, v = (heads(linear(x, layer + "attention.self." + part)) for part in ("query", "key", "value"))
        a = numpy.exp(q @ k.transpose(0, 2, 1) / 8 ** 0.5)
        a = (a / a.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(ids), 32)
        x = norm(x + linear(a, layer + "attention.output.dense"), layer + "attention.output.LayerNorm")
        x = norm(x + linear(gelu(linear(x, layer + "intermediate.dense")), layer + "output.dense"), layer + "output.LayerNorm")
    score = linear(numpy.tanh(linear(x[:1], "classifier.dense")), "classifier.out_proj")[0, 0]
    return x[0], 1 / (1 + numpy.exp(-score))


for ids, score in zip(expected["ids"], expected["vectors"]):
    assert abs(first_row(ids)[1] - score[0]) < 1e-6, "transformers gives another score"
ids = [fast.encode(x).ids for x in TEXTS[:5]]
rows = [first_row(i)[0] for i in ids]
json.dump({"texts": TEXTS[:5], "ids": ids, "vectors": [(r / numpy.linalg.norm(r)).tolist() for r in rows]}, open(folder("xlmr-cls", "expected.json"), "w"))
json.dump({**REFERENCE, "scores": [first_row(i)[1] for i in REFERENCE["pair_ids"]]}, open(folder("xlmr-cls", "tokens.json"), "w"))
# the converter writes no pooling for a cross-encoder without modules.json
xlmr("xlmr-rank", weights, lambda writer: writer.add_classifier_output_labels(["LABEL_0"]))
xlmr("xlmr-cls", {k: v for k, v in weights.items() if not k.startswith("classifier.")}, lambda writer: writer.add_pooling_type(gguf.PoolingType.CLS))


# ModernBERT, with a small byte-level BPE: its vocabulary has room for only a part of the bytes
bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.train_from_iterator(TEXTS * 20 + ["abcdefghijklmnopqrstuvwxyz 0123456789 .,!?-"], trainers.BpeTrainer(
    vocab_size=VOCABULARY, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"], show_progress=False))
bpe.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
merges = json.loads(bpe.to_str())["model"]["merges"]
assert bpe.get_vocab_size() == VOCABULARY
plain = TEXTS[:5] + ["", "  two  spaces ", "the [SEP] cat"]
json.dump({"texts": plain, "ids": [bpe.encode(x).ids for x in plain]}, open(folder("modernbert-cls", "tokens.json"), "w"))


def byte_pairs(writer):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("modern-bert")
    writer.add_token_list([bpe.id_to_token(i) for i in range(VOCABULARY)])
    writer.add_token_types([CONTROL if i < 5 else NORMAL for i in range(VOCABULARY)])
    writer.add_token_merges([" ".join(m) for m in merges])
    for kind, token in ("unk", 0), ("bos", 1), ("eos", 2), ("sep", 2), ("pad", 3), ("mask", 4):
        getattr(writer, f"add_{kind}_token_id")(token)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    writer.add_add_sep_token(False)


def modern(writer):
    writer.add_pooling_type(gguf.PoolingType.CLS)
    writer.add_rope_freq_base(160000.0)
    writer.add_rope_freq_base_swa(10000.0)
    writer.add_sliding_window(16)
    writer.add_sliding_window_pattern(3)
    writer.add_rope_scaling_type(gguf.RopeScalingType.NONE)
    writer.add_vocab_size(VOCABULARY)
    writer.add_string("modern-bert.hidden_activation", "gelu")


write("modernbert-cls", gguf.MODEL_ARCH.MODERN_BERT, 4, 128, 1e-5, byte_pairs, load_file(folder("modernbert-cls", "model.safetensors")), modern)


# RoBERTa: byte pairs, and XLM-R's layers, so its weights serve
os.makedirs(folder("roberta-rank"), exist_ok=True)
shutil.copy(folder("xlmr-rank", "model.safetensors"), folder("roberta-rank"))
config = json.load(open(folder("xlmr-rank", "config.json")))
config.update(architectures=["RobertaForSequenceClassification"], model_type="roberta")
json.dump(config, open(folder("roberta-rank", "config.json"), "w"), indent=1)
roberta = Tokenizer(models.BPE())
roberta.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
roberta.decoder = decoders.ByteLevel()
roberta.train_from_iterator(TEXTS * 20 + ["abcdefghijklmnopqrstuvwxyz 0123456789 .,!?-'"], trainers.BpeTrainer(
    vocab_size=VOCABULARY - 1, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False))
roberta.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
assert roberta.get_vocab_size() == VOCABULARY
roberta.save(folder("roberta-rank", "tokenizer.json"))
json.dump({"add_prefix_space": False, "tokenizer_class": "RobertaTokenizer", "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>",
           "sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}, open(folder("roberta-rank", "tokenizer_config.json"), "w"))
plain = TEXTS[:5] + ["", "  two  spaces ", "it's the cat's", "the</s> <s>cat<unk>", "a <mask> b"]
ranked = expected["pairs"] + [["it's the cat's", "a man"], ["the</s>", " cat "]]
joined = ranked + [["the cat", ""], ["", "x"]]
ids = [roberta.encode(*p).ids for p in ranked]
json.dump({"pairs": ranked, "ids": ids, "second": [len(i) for i in ids], "vectors": [[first_row(i)[1]] for i in ids]},
          open(folder("roberta-rank", "expected.json"), "w"))
json.dump({"texts": plain, "ids": [roberta.encode(x).ids for x in plain], "pairs": joined, "pair_ids": [roberta.encode(*p).ids for p in joined]}, open(folder("roberta-rank", "tokens.json"), "w"))


def roberta_pairs(writer):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("roberta-bpe")
    writer.add_token_list([roberta.id_to_token(i) for i in range(VOCABULARY)])
    writer.add_token_types([CONTROL if i < 4 or i == VOCABULARY - 1 else NORMAL for i in range(VOCABULARY)])
    gguf.SpecialVocab(pathlib.Path(folder("roberta-rank")), load_merges=True).add_to_gguf(writer, quiet=True)
    writer.add_token_type_count(1)


xlmr("roberta-rank", weights, lambda writer: writer.add_classifier_output_labels(["LABEL_0"]), roberta_pairs)
