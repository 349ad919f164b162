// Stand-in renderer: ApiRenderEngine: saving the picture and asking what is under a pixel.
//
// Only 8-bit PNG is written, to the path as given; anything else answers false and writes nothing.
#include <spng.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

constexpr int kPng8 = 0;  // ImageSaveFormat

bool write_png(const Picture& picture, const std::string& path) {
    if (picture.type != ImageType::ldr_rgba || path.empty()) return false;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
    if (!file) return false;
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> png(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
    if (!png) return false;
    spng_ihdr header{};
    header.width = picture.width;
    header.height = picture.height;
    header.bit_depth = 8;
    header.color_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    return spng_set_ihdr(png.get(), &header) == 0 && spng_set_png_file(png.get(), file.get()) == 0 &&
           spng_encode_image(png.get(), picture.pixels.begin(), picture.pixels.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE) == 0;
}

float linear_from_srgb(std::uint8_t value) {
    const float v = static_cast<float>(value) / 255;
    return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
}

void save(const Stage& stage, const Message& request, Message& reply) {
    const auto frame = stage.publisher.newest();
    if (!frame || integer(request, "imageSaveFormat") != kPng8) return put(reply, "result", false);
    const auto found = std::find_if(frame->pictures.begin(), frame->pictures.end(),
                                    [&](const Picture& p) { return p.render_pass == integer(request, "renderPassId"); });
    put(reply, "result", found != frame->pictures.end() && write_png(*found, text(request, "fullPath")));
}

void pick(const Stage& stage, const Message& request, Message& reply) {
    const auto hit = stage.engine.renderer().pick(static_cast<std::uint32_t>(integer(request, "x")),
                                                  static_cast<std::uint32_t>(integer(request, "y")));
    if (!hit || !hit->is_mesh) return;
    put(reply, "result", 1);
    Message& found = sub(reply, "intersections");
    put_ref(found, "node", stage.scene.teapot(), ObjectType::node);
    put(found, "depth", hit->distance);
    put_xyz(sub(found, "position"), hit->position);
    put_xyz(sub(found, "geometricNormal"), hit->geometric_normal);
    put_xyz(sub(found, "smoothedNormal"), hit->smooth_normal);
}

void pick_white_point(const Stage& stage, std::int64_t x, std::int64_t y, Message& reply) {
    const auto frame = stage.publisher.newest();
    if (!frame || frame->pictures.empty()) return;
    const Picture& picture = frame->pictures.front();
    if (picture.type != ImageType::ldr_rgba || x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
    const std::uint8_t* pixel =
        picture.pixels.begin() + (static_cast<std::size_t>(y) * picture.pitch + static_cast<std::size_t>(x)) * 4;
    put(reply, "result", true);
    put_xyz(sub(reply, "whitePoint"), Vec3{linear_from_srgb(pixel[0]), linear_from_srgb(pixel[1]), linear_from_srgb(pixel[2])});
}

}  // namespace

void add_picture_methods(Stage& stage) {
    Methods& methods = stage.methods;
    for (const char* name : {"saveImage", "saveImage1"})
        methods.on("ApiRenderEngine", name, [&stage](const Message& request, Message& reply) { save(stage, request, reply); });
    for (const char* name :
         {"saveImage2", "saveRenderPasses", "saveRenderPasses1", "saveRenderPasses2", "saveRenderPassesMultiExr",
          "saveRenderPassesMultiExr1", "saveRenderPassesDeepExr", "saveDeepImage", "saveRenderState"})
        methods.on("ApiRenderEngine", name, [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiRenderEngine", "pick", [&stage](const Message& request, Message& reply) { pick(stage, request, reply); });
    methods.on("ApiRenderEngine", "pickWhitePoint", [&stage](const Message& request, Message& reply) {
        pick_white_point(stage, integer(request, "x"), integer(request, "y"), reply);
    });
    methods.on("ApiRenderEngine", "pickImagerWhitePoint", [&stage](const Message& request, Message& reply) {
        if (const Message* at = part(request, "position")) pick_white_point(stage, integer(*at, "x"), integer(*at, "y"), reply);
    });
}

}  // namespace octane::standin
