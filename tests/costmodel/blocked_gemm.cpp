#include <sstream>

#include "tests/costmodel/pricing.h"

namespace saku::tests {

namespace {

int up(int value, int by) { return (value + by - 1) / by; }

/// `loops` around a statement, all on one line.
std::string tile(const BlockedGemm& g, const std::string& statement) {
    std::ostringstream text;
    text << "unrolled for i < " << g.mr << " { unrolled for v < " << g.nv << " { vector for l < " << g.lanes << " { "
         << statement << " } } }\n";
    return text.str();
}

}  // namespace

std::string text_of(const BlockedGemm& g) {
    const int nr = g.nv * g.lanes;
    const int tiles_i = up(g.m, g.mr);
    const int tiles_j = up(g.n, nr);
    const int kc = std::min(g.kc, g.k);
    const int blocks_k = up(g.k, kc);
    const int mc = std::min(g.mc_tiles, tiles_i);
    const int nc = std::min(g.nc_tiles, tiles_j);
    std::ostringstream t;
    t << "nest gemm {\n"
      << "arg a: f32[" << tiles_i * g.mr << ", " << blocks_k * kc << "] in\n"
      << "arg out: f32[" << tiles_i * g.mr << ", " << tiles_j * nr << "] out\n"
      << "packed b_p: f32[" << tiles_j << ", " << blocks_k * kc << ", " << nr << "] of a\n"
      << "workspace a_p: f32[" << mc << ", " << kc << ", " << g.mr << "]\n"
      << "registers acc: f32[" << g.mr << ", " << g.nv << ", " << g.lanes << "]\n"
      << "body {\n"
      << "for jo < " << up(tiles_j, nc) << " { for ko < " << blocks_k << " { for io < " << up(tiles_i, mc) << " {\n";
    const auto guard = [&](const std::string& outer, const std::string& inner, int count, int block) {
        std::ostringstream text;
        if (count % block != 0) {
            text << "if " << count - 1 << " - " << block << "*" << outer << " - " << inner << " >= 0 {\n";
        } else {
            text << "if 0 >= 0 {\n";
        }
        return text.str();
    };
    std::ostringstream row;
    row << g.mr * mc << "*io + " << g.mr << "*im + i";
    std::ostringstream column;
    column << nr * nc << "*jo + " << nr << "*jm + " << g.lanes << "*v + l";
    std::ostringstream k;
    k << kc << "*ko + kk";
    if (g.pack_a) {
        t << "for im < " << mc << " { " << guard("io", "im", tiles_i, mc) << "for kk < " << kc << " { vector for i < "
          << g.mr << " { a_p[im, kk, i] = a[" << row.str() << ", " << k.str() << "] } } } }\n";
    }
    const std::string a = g.pack_a ? "a_p[im, kk, i]" : "a[" + row.str() + ", " + k.str() + "]";
    const std::string out = "out[" + row.str() + ", " + column.str() + "]";
    std::ostringstream b;
    b << "b_p[" << nc << "*jo + jm, " << k.str() << ", " << g.lanes << "*v + l]";
    t << "for jm < " << nc << " { " << guard("jo", "jm", tiles_j, nc) << "for im < " << mc << " { "
      << guard("io", "im", tiles_i, mc) << "if ko - 1 >= 0 { " << tile(g, "acc[i, v, l] = " + out) << "} else { "
      << tile(g, "acc[i, v, l] = 0") << "}\n"
      << "for kk < " << kc << " { " << tile(g, "acc[i, v, l] += " + a + " * " + b.str()) << "}\n"
      << tile(g, out + " = acc[i, v, l]") << "} } } }\n"
      << "} } }\n}\n}\n";
    return t.str();
}

}  // namespace saku::tests
