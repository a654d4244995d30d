-- Demo data: two creators with a few posts, one of them paid. Loading it twice changes nothing.

insert into public.creators (id, user_id, creator_name)
values
  ('c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'Demo Creator'),
  ('c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000002', 'Second Demo Creator')
on conflict (id) do nothing;

insert into public.content_posts (
  id, creator_id, cluster, title, description, content_type, content_url, thumbnail_url,
  price, is_ppv, is_subscriber_only, status, moderation_status, duration, file_size, tags, published_at
)
values
  (
    'b0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'boyfanz',
    'Hot New Content', 'Fresh from the studio.', 'image', 'https://cdn.example.com/1.jpg',
    'https://cdn.example.com/1-thumb.jpg', 0, false, false, 'published', 'approved', null, 482133,
    array['new', 'studio'], now()
  ),
  (
    'b0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000001', 'boyfanz',
    'Exclusive Behind the Scenes', 'For subscribers.', 'video', 'https://cdn.example.com/2.mp4',
    'https://cdn.example.com/2-thumb.jpg', 0, false, true, 'published', 'approved', 754, 91823321,
    array['exclusive', 'backstage'], now()
  ),
  (
    'b0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000002', 'girlfanz',
    'Limited Time Offer', 'Pay once, watch for ever.', 'video', 'https://cdn.example.com/3.mp4',
    'https://cdn.example.com/3-thumb.jpg', 19.99, true, false, 'published', 'approved', 1260, 201823321,
    array['offer'], now()
  )
on conflict (id) do nothing;
