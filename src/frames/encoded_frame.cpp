#include "frames/encoded_frame.hpp"

#include "frames/encode.hpp"
#include "frames/picture.hpp"

namespace octane::frames {

EncodedFrame make_encoded_frame(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture,
                                Form form) {
    EncodedFrame made;
    made.source = frame.source;
    made.epoch = frame.epoch;
    made.seq = frame.seq;
    made.form = form;
    made.format = variant.format;
    made.mime = mime_of(variant.format);
    made.facts.callback_id = frame.callback_id;
    made.facts.user_data = frame.user_data;
    made.facts.received = frame.received;
    made.facts.size = picture != nullptr ? picture->size : PictureSize{image.width, image.height};
    made.facts.image = image;
    made.bytes = picture != nullptr ? picture->bytes : image.pixels;
    if (variant.format == Format::raw || variant.format == Format::both) {
        if (variant.render_pass) {
            made.buffers.push_back(image);
        } else {
            made.buffers = frame.images;
        }
    }
    return made;
}

}  // namespace octane::frames
