// Stand-in renderer: ApiRenderEngine: saving pictures.
//
// Only PNG is written, with 8 or 16 bits a channel, from 8-bit pixels; any other format answers false and writes nothing.
#include <spng.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

enum Format : std::int64_t { kPng8 = 0, kPng16 = 1 };  // ImageSaveFormat

bool write_png(const Picture& picture, const std::string& path, bool is_deep) {
    if (picture.type != ImageType::ldr_rgba || path.empty()) return false;
    std::vector<std::uint16_t> deep;
    if (is_deep)
        std::transform(picture.pixels.begin(), picture.pixels.end(), std::back_inserter(deep),
                       [](std::uint8_t v) { return static_cast<std::uint16_t>(v * 257); });
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
    if (!file) return false;
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> png(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
    if (!png) return false;
    spng_ihdr header{};
    header.width = picture.width;
    header.height = picture.height;
    header.bit_depth = is_deep ? 16 : 8;
    header.color_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    const void* pixels = is_deep ? static_cast<const void*>(deep.data()) : picture.pixels.begin();
    const std::size_t size = picture.pixels.size() * (is_deep ? 2 : 1);
    return spng_set_ihdr(png.get(), &header) == 0 && spng_set_png_file(png.get(), file.get()) == 0 &&
           spng_encode_image(png.get(), pixels, size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE) == 0;
}

// The newest picture of the pass, if it can be had in the request's format; false if not, or if it cannot be written.
bool save(const Stage& stage, const Message& request, std::int64_t pass, const std::string& path) {
    const auto format = integer(request, "imageSaveFormat");
    const auto frame = stage.publisher.newest();
    if (!frame || (format != kPng8 && format != kPng16)) return false;
    const auto found =
        std::find_if(frame->pictures.begin(), frame->pictures.end(), [&](const Picture& p) { return p.render_pass == pass; });
    return found != frame->pictures.end() && write_png(*found, path, format == kPng16);
}

// The interface has room for one pass only, whatever passesToExportLength says.
bool save_passes(const Stage& stage, const Message& request) {
    const Message* pass = part(request, "passesToExport");
    const std::filesystem::path directory = text(request, "outputDirectory");
    std::error_code error;
    if (pass == nullptr || !std::filesystem::is_directory(directory, error)) return false;
    const auto id = integer(*pass, "renderPassId");
    std::string name = text(*pass, "exportName");
    if (name.empty()) name = stage.schema.name("RenderPassId", static_cast<int>(id));
    const auto file = directory / (name + ".png");
    return file.parent_path() == directory && save(stage, request, id, file.string());
}

}  // namespace

void add_saving_methods(Stage& stage) {
    Methods& methods = stage.methods;
    for (const char* name : {"saveImage", "saveImage1"})
        methods.on("ApiRenderEngine", name, [&stage](const Message& request, Message& reply) {
            put(reply, "result", save(stage, request, integer(request, "renderPassId"), text(request, "fullPath")));
        });
    for (const char* name : {"saveRenderPasses", "saveRenderPasses1"})
        methods.on("ApiRenderEngine", name,
                   [&stage](const Message& request, Message& reply) { put(reply, "result", save_passes(stage, request)); });
    for (const char* name : {"saveImage2", "saveRenderPasses2", "saveRenderPassesMultiExr", "saveRenderPassesMultiExr1",
                             "saveRenderPassesDeepExr", "saveDeepImage", "saveRenderState"})
        methods.on("ApiRenderEngine", name, [](const Message&, Message& reply) { put(reply, "result", false); });
}

}  // namespace octane::standin
