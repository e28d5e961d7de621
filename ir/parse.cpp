#include <optional>
#include <utility>

#include "ir/print.h"
#include "ir/reader.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 20;

class NestParser {
public:
    explicit NestParser(Reader& reader) : read_(reader) {}

    Result<LoopNest> nest();

private:
    Result<Done> declare_variables();
    Result<Done> declare_buffer(Scope scope);
    Result<OfflinePack> offline();
    Result<Block> block();
    Result<Node> node();
    Result<Node> loop(LoopKind kind);
    Result<VarId> loop_variable();
    Result<Extent> extent();
    Result<Node> guard();
    Result<Node> store();
    Result<Update> update();
    Result<Node> intrinsic();

    [[nodiscard]] std::optional<Scope> scope_ahead() const;
    [[nodiscard]] std::optional<LoopKind> kind_ahead() const;

    Reader& read_;
    LoopNest nest_;
    bool variables_declared_ = false;
    int depth_ = 0;
};

Result<LoopNest> NestParser::nest() {
    SAKU_TRY_DONE(read_.expect_word("nest"));
    SAKU_TRY(name, read_.name("the nest's name"));
    nest_.name = std::move(name);
    SAKU_TRY_DONE(read_.expect_sign("{"));
    if (read_.accept_word("variables")) SAKU_TRY_DONE(declare_variables());
    while (const std::optional<Scope> scope = scope_ahead()) SAKU_TRY_DONE(declare_buffer(*scope));
    while (read_.accept_word("offline")) {
        SAKU_TRY(pack, offline());
        nest_.offline.push_back(std::move(pack));
    }
    if (!read_.accept_word("body")) return read_.expected("a buffer, 'offline' or 'body'");
    SAKU_TRY(body, block());
    nest_.body = std::move(body);
    SAKU_TRY_DONE(read_.expect_sign("}"));
    if (read_.peek().kind != Token::Kind::end) return read_.expected("the end of the text");
    return std::move(nest_);
}

Result<Done> NestParser::declare_variables() {
    variables_declared_ = true;
    do {
        const Token place = read_.peek();
        SAKU_TRY(name, read_.name("a variable"));
        const bool is_new = read_.variables.try_emplace(name, static_cast<VarId>(nest_.variables.size())).second;
        if (!is_new) return read_.error_at(place, "variable '" + name + "' listed twice");
        nest_.variables.push_back(std::move(name));
    } while (read_.accept_sign(","));
    return Done{};
}

Result<Done> NestParser::declare_buffer(Scope scope) {
    read_.take();
    const Token place = read_.peek();
    SAKU_TRY(buffer, read_buffer(read_, scope));
    const bool is_new = read_.buffers.try_emplace(buffer.name, static_cast<BufferId>(nest_.buffers.size())).second;
    if (!is_new) return read_.error_at(place, "buffer '" + buffer.name + "' declared twice");
    nest_.buffers.push_back(std::move(buffer));
    return Done{};
}

std::optional<Scope> NestParser::scope_ahead() const {
    for (const Scope scope : {Scope::argument, Scope::packed, Scope::workspace, Scope::registers}) {
        if (read_.at_word(to_string(scope))) return scope;
    }
    return std::nullopt;
}

// ---- nodes

Result<OfflinePack> NestParser::offline() {
    const auto packed = read_.buffers.find(read_.peek().text);
    if (packed == read_.buffers.end()) return read_.expected("the name of a packed buffer");
    read_.take();
    SAKU_TRY(body, block());
    return OfflinePack{.packed = packed->second, .body = std::move(body)};
}

Result<Block> NestParser::block() {
    const Token place = read_.peek();
    SAKU_TRY_DONE(read_.expect_sign("{"));
    if (++depth_ > max_nesting) {
        return read_.error_at(place, "blocks nested deeper than " + std::to_string(max_nesting));
    }
    Block nodes;
    while (!read_.accept_sign("}")) {
        SAKU_TRY(next, node());
        nodes.push_back(std::move(next));
    }
    --depth_;
    return nodes;
}

std::optional<LoopKind> NestParser::kind_ahead() const {
    for (const LoopKind kind : {LoopKind::parallel, LoopKind::unrolled, LoopKind::vector}) {
        if (read_.at_word(to_string(kind)) && read_.at_word("for", 1)) return kind;
    }
    return std::nullopt;
}

Result<Node> NestParser::node() {
    if (read_.peek().kind != Token::Kind::word) return read_.expected("a loop, a guard, a store or '}'");
    if (read_.at_sign("[", 1)) return store();
    if (const std::optional<LoopKind> kind = kind_ahead()) {
        read_.take();
        return loop(*kind);
    }
    if (read_.at_word("for")) return loop(LoopKind::serial);
    if (read_.at_word("if")) return guard();
    if (read_.at_word("intrinsic")) return intrinsic();
    if (read_.accept_word("prefetch")) {
        SAKU_TRY(access, read_.access());
        return Node{Prefetch{std::move(access)}};
    }
    return read_.expected("a loop, a guard, a store or '}'");
}

Result<Node> NestParser::loop(LoopKind kind) {
    SAKU_TRY_DONE(read_.expect_word("for"));
    SAKU_TRY(variable, loop_variable());
    SAKU_TRY_DONE(read_.expect_sign("<"));
    SAKU_TRY(bound, extent());
    SAKU_TRY(body, block());
    return Node{Loop{.variable = variable, .extent = std::move(bound), .kind = kind, .body = std::move(body)}};
}

Result<VarId> NestParser::loop_variable() {
    const Token place = read_.peek();
    SAKU_TRY(name, read_.name("a loop variable"));
    const auto known = read_.variables.find(name);
    if (known != read_.variables.end()) return known->second;
    if (variables_declared_)
        return read_.error_at(place, "variable '" + name + "' is missing in the list of variables");
    const VarId id = static_cast<VarId>(nest_.variables.size());
    read_.variables.emplace(name, id);
    nest_.variables.push_back(std::move(name));
    return id;
}

Result<Extent> NestParser::extent() {
    Extent extent;
    if (read_.peek().kind == Token::Kind::word) {
        SAKU_TRY(parameter, read_.name("a parameter"));
        SAKU_TRY_DONE(read_.expect_sign("<="));
        extent.kind = Extent::Kind::parameter;
        extent.parameter = std::move(parameter);
    }
    SAKU_TRY(value, read_.integer("an extent", 1, max_extent));
    extent.value = value;
    if (extent.kind == Extent::Kind::constant && read_.accept_sign("*")) {
        SAKU_TRY_DONE(read_.expect_word("vscale"));
        extent.kind = Extent::Kind::vscale;
    }
    return extent;
}

Result<Node> NestParser::guard() {
    read_.take();
    Guard guard;
    do {
        SAKU_TRY(condition, read_.index());
        SAKU_TRY_DONE(read_.expect_sign(">="));
        SAKU_TRY_DONE(read_.integer("0 after '>='", 0, 0));
        guard.conditions.push_back(std::move(condition));
    } while (read_.accept_sign(","));
    SAKU_TRY(then, block());
    guard.then = std::move(then);
    if (read_.accept_word("else")) {
        SAKU_TRY(otherwise, block());
        guard.otherwise = std::move(otherwise);
    }
    return Node{std::move(guard)};
}

Result<Node> NestParser::store() {
    SAKU_TRY(destination, read_.access());
    SAKU_TRY(how, update());
    SAKU_TRY(value, read_.expression());
    Store store{.destination = std::move(destination), .update = how, .value = std::move(value), .first = {}};
    if (read_.at_word("first") && read_.at_sign("(", 1)) {
        read_.take();
        read_.take();
        store.first.emplace();
        while (!read_.accept_sign(")")) {
            if (!store.first->empty()) SAKU_TRY_DONE(read_.expect_sign(","));
            SAKU_TRY(index, read_.index());
            store.first->push_back(std::move(index));
        }
    }
    if (read_.at_word("statement") && !read_.at_sign("[", 1)) {
        read_.take();
        SAKU_TRY(statement, read_.integer("a statement's number", 0, 1'000'000));
        store.statement = static_cast<int>(statement);
    }
    return Node{std::move(store)};
}

Result<Update> NestParser::update() {
    for (const Update update : {Update::assign, Update::add, Update::multiply}) {
        if (read_.accept_sign(to_string(update))) return update;
    }
    for (const Update update : {Update::maximum, Update::minimum}) {
        const std::string word = update == Update::maximum ? "max" : "min";
        if (read_.at_word(word) && read_.at_sign("=", 1)) {
            read_.take();
            read_.take();
            return update;
        }
    }
    return read_.expected("'=', '+=', '*=', 'max=' or 'min='");
}

Result<Node> NestParser::intrinsic() {
    read_.take();
    SAKU_TRY(name, read_.name("the intrinsic's name"));
    SAKU_TRY(semantics, block());
    return Node{Intrinsic{.name = std::move(name), .semantics = std::move(semantics)}};
}

}  // namespace

Result<LoopNest> parse(const std::string& text, const std::string& file) {
    if (text.size() > max_text_bytes) {
        return Error{.where = file,
                     .what = "the text has " + std::to_string(text.size()) + " bytes, at most " +
                             std::to_string(max_text_bytes) + " are read"};
    }
    Result<std::vector<Token>, std::size_t> tokens = tokenize(text);
    if (!tokens) {
        const unsigned char byte = static_cast<unsigned char>(text[tokens.error()]);
        const std::string what = byte > ' ' && byte < 0x7f
                                     ? "character '" + std::string(1, static_cast<char>(byte)) + "'"
                                     : "byte " + std::to_string(byte);
        return Error{.where = place_of(file, text, tokens.error()), .what = "unexpected " + what};
    }
    Reader reader(text, file, std::move(*tokens));
    return NestParser(reader).nest();
}

}  // namespace saku::ir
