#include "client/views/attention_picture.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace pathsweep {
namespace {

// Pixels.
constexpr int kCell = 11;
constexpr int kLabel = 26;
constexpr int kTitle = 14;
constexpr int kColumnLabel = 12;
constexpr int kGap = 14;
// Shares that would not show.
constexpr double kFaint = 0.004;

void AddText(std::string& svg, double x, double y, absl::string_view anchor,
             absl::string_view text) {
  absl::StrAppendFormat(&svg, "<text x=\"%g\" y=\"%g\" text-anchor=\"%s\">%s</text>\n", x, y,
                        anchor, text);
}

// A map with its upper left corner at (x, y).
void AddMap(std::string& svg, const Json& inputs, const Json& shares, int x, int y) {
  const auto tokens = static_cast<int>(inputs.size());
  const int left = x + kLabel, top = y + kTitle + kColumnLabel;
  for (int i = 0; i < tokens; ++i) {
    const std::string token = inputs[i].get<std::string>();
    AddText(svg, left - 3, top + (i + 0.8) * kCell, "end", token);
    AddText(svg, left + (i + 0.5) * kCell, top - 3, "middle", token);
  }
  absl::StrAppendFormat(&svg,
                        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" "
                        "stroke=\"#999\" stroke-width=\"0.5\"/>\n",
                        left, top, tokens * kCell, tokens * kCell);
  for (int i = 0; i < tokens; ++i) {
    for (int j = 0; j <= i; ++j) {
      const double share = shares[i][j].get<double>();
      if (share < kFaint) continue;
      absl::StrAppendFormat(&svg,
                            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                            "fill-opacity=\"%.3f\"/>\n",
                            left + j * kCell, top + i * kCell, kCell, kCell, share);
    }
  }
}

}  // namespace

std::string AttentionPicture(const Json& graph) {
  const Json &inputs = graph["inputs"], &layers = graph["attention"];
  const auto tokens = static_cast<int>(inputs.size());
  const int map_width = kLabel + tokens * kCell + kGap;
  const int map_height = kTitle + kColumnLabel + tokens * kCell + kGap;
  const auto heads = static_cast<int>(layers.empty() ? 0 : layers[0].size());
  const int width = kGap + heads * map_width;
  const int height = 2 * kTitle + static_cast<int>(layers.size()) * map_height;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
      "font-family=\"sans-serif\" font-size=\"8\" fill=\"#08306b\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      width, height);
  AddText(svg, kGap, kTitle, "start",
          absl::StrCat(graph["graph"].get<std::string>(),
                       ": rows look at columns, the darker the more"));
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    for (int head = 0; head < heads; ++head) {
      const int x = kGap + head * map_width;
      const int y = 2 * kTitle + static_cast<int>(layer) * map_height;
      AddText(svg, x + kLabel, y + 8, "start",
              absl::StrCat("layer ", layer + 1, ", head ", head + 1));
      AddMap(svg, inputs, layers[layer][head], x, y);
    }
  }
  return absl::StrCat(svg, "</svg>\n");
}

}  // namespace pathsweep
